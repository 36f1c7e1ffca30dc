/** A JSON number as it was written, so that `1.0` and `1` differ, and long integers survive. */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A JSON value whose numbers are still text. */
export type Tree = null | boolean | string | NumberText | Tree[] | { [key: string]: Tree };

/** An object of such values. */
export type TreeObject = { [key: string]: Tree };

type Reviver = (key: string, value: unknown, context: { source: string }) => unknown;

const keepLexeme: Reviver = (_, value, { source }) =>
  typeof value === "number" ? new NumberText(source) : value;

/** Parses JSON text and keeps each number as it was written. Throws SyntaxError. */
export function readTree(text: string): Tree {
  return JSON.parse(text, keepLexeme as (key: string, value: unknown) => unknown) as Tree;
}

/** The value at a path of keys and indices; `undefined` where there is none. */
export function at(tree: Tree | undefined, ...path: (string | number)[]): Tree | undefined {
  let found = tree;
  for (const step of path) {
    if (found === null || typeof found !== "object" || found instanceof NumberText)
      return undefined;
    found = Array.isArray(found) ? found[Number(step)] : found[step];
  }
  return found;
}

/** The same tree with every string and every object passed through what is given for it. */
export function mapTree(
  tree: Tree,
  change: { text: (value: string) => string; object?: (value: TreeObject) => TreeObject },
): Tree {
  if (typeof tree === "string") return change.text(tree);
  if (tree === null || typeof tree !== "object" || tree instanceof NumberText) return tree;
  if (Array.isArray(tree)) return tree.map((item) => mapTree(item, change));
  const changed = change.object?.(tree) ?? tree;
  return Object.fromEntries(
    Object.entries(changed).map(([key, value]) => [key, mapTree(value, change)]),
  );
}
