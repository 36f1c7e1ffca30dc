import type { ImportGraph } from "./graph.ts";

/** The groups of nodes that reach each other: each is at least one circle, sorted by name. */
export function circles(graph: ImportGraph): string[][] {
  const reach = new Map([...graph.keys()].map((node) => [node, reachable(graph, node)]));
  const found: string[][] = [];
  const seen = new Set<string>();
  for (const node of [...graph.keys()].toSorted()) {
    const reached = reach.get(node);
    if (seen.has(node) || !reached?.has(node)) continue;
    const group = [...reached].filter((other) => reach.get(other)?.has(node)).toSorted();
    for (const member of group) seen.add(member);
    found.push(group);
  }
  return found;
}

/** The same graph between the folders of the files; imports within a folder are left out. */
export function betweenFolders(
  graph: ImportGraph,
  folderOf: (file: string) => string,
): ImportGraph {
  const folders = new Map<string, Set<string>>();
  for (const [file, targets] of graph) {
    const from = folderOf(file);
    const others = targets.map(folderOf).filter((to) => to !== from);
    folders.set(from, new Set([...(folders.get(from) ?? []), ...others]));
  }
  return new Map([...folders].map(([folder, targets]) => [folder, [...targets]]));
}

function reachable(graph: ImportGraph, start: string): Set<string> {
  const reached = new Set<string>();
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const next of graph.get(node) ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      open.push(next);
    }
  }
  return reached;
}
