import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";

/** Which file imports which others, as paths from the root of the checkout. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

const statement = /^\s*(?:import|export)\b(?:[^"';]*?\bfrom\s*)?\s*"([^"]+)"/gm;
const call = /\bimport\(\s*"([^"]+)"\s*\)/g;

/** The module names that a source text imports or re-exports, statically or not, types included. */
export function importsOf(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  return [statement, call].flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => match[1] ?? ""),
  );
}

/** Reads the relative imports of every TypeScript source under a folder, tests left out. */
export async function readGraph(root: string, folder: string): Promise<ImportGraph> {
  const graph = new Map<string, readonly string[]>();
  for await (const file of glob(`${folder}/**/*.ts`, { cwd: root, exclude: isForeign })) {
    if (file.endsWith(".test.ts")) continue;
    const names = importsOf(await readFile(join(root, file), "utf8"));
    const relative = names.filter((name) => name.startsWith("."));
    const targets = relative.map((name) => posix.join(dirname(file), name));
    graph.set(
      file,
      targets.filter((target) => existsSync(join(root, target))),
    );
  }
  return graph;
}

function isForeign(path: string): boolean {
  return path.endsWith("node_modules") || path.endsWith("dist");
}
