// Writes every file that is a projection of the schemas; with --check it writes nothing and fails when one is stale.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { artefacts, type Artefact } from "./reference/artefacts.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

function isStale({ path, text }: Artefact): boolean {
  try {
    return readFileSync(path, "utf8") !== text;
  } catch {
    return true;
  }
}

function main(args: readonly string[]): number {
  const stale = artefacts(ROOT).filter(isStale);
  const names = stale.map(({ path }) => relative(ROOT, path)).join(", ");
  if (args.includes("--check")) {
    if (stale.length > 0) process.stderr.write(`out of date: ${names}; run: npm run generate\n`);
    return stale.length > 0 ? 1 : 0;
  }
  for (const { path, text } of stale) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  process.stdout.write(stale.length > 0 ? `wrote ${names}\n` : "generated files are up to date\n");
  return 0;
}

process.exitCode = main(process.argv.slice(2));
