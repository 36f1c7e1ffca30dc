// One file that Node.js runs with nothing installed beside it: dist/main.js, with its source map and licences.
import { chmod, readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(await readFile(here("package.json"), "utf8"));

// Some dependencies are CommonJS and call require() for Node's own modules; an ES module has none to offer.
const banner = `#!/usr/bin/env node
import { createRequire as headgateCreateRequire } from "node:module";
const require = headgateCreateRequire(import.meta.url);`;

await rm(here("dist/main.js"), { force: true });
await build({
  entryPoints: [here("src/main.ts")],
  outfile: here("dist/main.js"),
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  conditions: ["@headgate/source"],
  mainFields: ["module", "main"],
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: "linked",
  sourcesContent: false,
  legalComments: "linked",
  banner: { js: banner },
  define: { HEADGATE_VERSION: JSON.stringify(version) },
  logLevel: "warning",
});
await chmod(here("dist/main.js"), 0o755);
