import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { licencesOf } from "./licences.ts";

/** What to make a bundle of. */
export interface BundleOptions {
  /** The app's own, with `package.json` and `src/main.ts`; the bundle goes to its `dist`. */
  readonly folder: string;
  /** What the app is called in the list of licences. */
  readonly title: string;
  readonly plugins?: Plugin[];
}

// Some dependencies are CommonJS and call require() for Node's own modules; an ES module has none to offer.
const BANNER = `#!/usr/bin/env node
import { createRequire as headgateCreateRequire } from "node:module";
const require = headgateCreateRequire(import.meta.url);`;

/** Makes one file that Node.js runs with nothing installed beside it: `dist/main.js`, with its source map and licences. */
export async function bundle({ folder, title, plugins = [] }: BundleOptions): Promise<void> {
  const output = join(folder, "dist/main.js");
  const text = await readFile(join(folder, "package.json"), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  await rm(output, { force: true });
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: ["src/main.ts"],
    outfile: output,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    conditions: ["@headgate/source"],
    mainFields: ["module", "main"],
    plugins,
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "none",
    banner: { js: BANNER },
    define: { HEADGATE_VERSION: JSON.stringify(version) },
    metafile: true,
    logLevel: "warning",
  });
  await chmod(output, 0o755);
  const licences = await licencesOf(folder, Object.keys(metafile.inputs));
  const list = `${title} ${version} contains these packages.\n\n${licences.join("\n\n")}\n`;
  await writeFile(join(folder, "dist/LICENSES.txt"), list);
}
