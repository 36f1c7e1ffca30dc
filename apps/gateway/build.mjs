import { join } from "node:path";
import { bundle } from "@headgate/bundle";

const folder = import.meta.dirname;

await bundle({
  folder,
  title: "Headgate",
  plugins: [
    {
      name: "undici-dispatchers",
      setup: ({ onResolve }) =>
        onResolve({ filter: /^undici$/ }, () => ({ path: join(folder, "undici-dispatchers.mjs") })),
    },
  ],
});
