import { bundle } from "@headgate/bundle";

await bundle({ folder: import.meta.dirname, title: "The operator of Headgate" });
