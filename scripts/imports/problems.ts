import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { betweenFolders, circles } from "./cycles.ts";
import { readGraph, type ImportGraph } from "./graph.ts";
import { gatewayLayers, operatorLayers } from "./layers.ts";

/** The members of the workspace whose folders are layers. */
const LAYERED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "apps/gateway": gatewayLayers,
  "apps/operator": operatorLayers,
};

/** Everything that is wrong with the directions of imports in a checkout, one sentence each. */
export async function importProblems(root: string): Promise<string[]> {
  const problems: string[] = [];
  for (const member of await members(root)) {
    const graph = await readGraph(root, member);
    problems.push(...circleProblems(graph, `${member}/src/`));
    const layers = LAYERED[member];
    if (layers !== undefined) problems.push(...layerProblems(graph, `${member}/src/`, layers));
  }
  return problems;
}

/** Circles between files, and between the folders under a source folder. */
export function circleProblems(graph: ImportGraph, source: string): string[] {
  const files = circles(graph).map(
    (group) => `circle of imports between files: ${group.join(", ")}`,
  );
  const units = circles(betweenFolders(graph, (file) => unitOf(file, source)));
  const folders = units.filter((group) => !group.every((unit) => graph.has(unit)));
  return [
    ...files,
    ...folders.map((group) => `circle of imports between folders: ${group.join(", ")}`),
  ];
}

/** Imports that do not go downward in an order of layers, and folders that have no place in it. */
export function layerProblems(
  graph: ImportGraph,
  source: string,
  layers: readonly (readonly string[])[],
): string[] {
  const heights = new Map(
    layers.flatMap((units, height) => units.map((unit) => [source + unit, height])),
  );
  const problems = new Set<string>();
  for (const [file, targets] of graph) {
    if (!file.startsWith(source)) continue;
    const from = unitOf(file, source);
    const height = heights.get(from);
    if (height === undefined) {
      problems.add(`${from} has no place in scripts/imports/layers.ts`);
      continue;
    }
    for (const target of targets) {
      const to = unitOf(target, source);
      if (to !== from && (heights.get(to) ?? Infinity) >= height) {
        problems.add(
          `${file} imports ${target}, which is not below it (scripts/imports/layers.ts)`,
        );
      }
    }
  }
  return [...problems];
}

/** The folder right under the source folder that a file is in, or the file itself when it is in none. */
function unitOf(file: string, source: string): string {
  if (!file.startsWith(source)) return file;
  return source + file.slice(source.length).replace(/\/.*$/, "");
}

async function members(root: string): Promise<string[]> {
  const groups = await Promise.all(
    ["packages", "apps"].map(async (group) => {
      const names = await readdir(join(root, group));
      return names.toSorted().map((name) => `${group}/${name}`);
    }),
  );
  return [...groups.flat(), "bench", "demo", "scripts", "test"];
}
