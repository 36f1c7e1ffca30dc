// One file that Node.js runs with nothing installed beside it: dist/main.js, with its source map and licences.
import { chmod, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
const output = join(here, "dist/main.js");
const { version } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));

// Some dependencies are CommonJS and call require() for Node's own modules; an ES module has none to offer.
const banner = `#!/usr/bin/env node
import { createRequire as headgateCreateRequire } from "node:module";
const require = headgateCreateRequire(import.meta.url);`;

await rm(output, { force: true });
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ["src/main.ts"],
  outfile: output,
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
  legalComments: "none",
  banner: { js: banner },
  define: { HEADGATE_VERSION: JSON.stringify(version) },
  metafile: true,
  logLevel: "warning",
});
await chmod(output, 0o755);
await writeFile(join(here, "dist/LICENSES.txt"), await licences(Object.keys(metafile.inputs)));

/**
 * The licence of every package that a source file of the bundle belongs to; a bundle is a copy and has to carry them.
 * @param {string[]} sources
 */
async function licences(sources) {
  const folders = sources.map((source) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0]);
  const unique = [...new Set(folders.filter((folder) => folder !== undefined))];
  const texts = await Promise.all(unique.map((folder) => licence(join(here, folder))));
  return `The operator of Headgate ${version} contains these packages.\n\n${texts.toSorted().join("\n\n")}\n`;
}

/** @param {string} folder */
async function licence(folder) {
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((name) => /^licen[cs]e(\.|$)/i.test(name));
  const text = file === undefined ? "" : await readFile(join(folder, file), "utf8");
  return `--- ${manifest.name} ${manifest.version} (${manifest.license})\n\n${text.trim()}`;
}
