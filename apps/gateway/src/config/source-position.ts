import type { Finding, Path } from "@headgate/gateway-config";
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
} from "yaml";

/** A place in a text, line and column counted from 1. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** Tells where the places of a parsed text stand in it. */
interface SourceMap {
  /** Where the place is written; of what is missing, where the nearest thing around it begins. */
  positionOf(path: Path, at: Finding["at"]): Position;
  /** The characters of a plain number, boolean or the like, as they were written; undefined for anything else. */
  plainText(path: Path): string | undefined;
}

interface Step {
  readonly key: Node | undefined;
  readonly node: Node | undefined;
}

/** The places of a document that was parsed with this line counter. */
function sourceMap(document: Document.Parsed, lines: LineCounter): SourceMap {
  const root = isNode(document.contents) ? document.contents : undefined;
  const follow = (path: Path): { readonly found: readonly Step[]; readonly whole: boolean } => {
    const found: Step[] = [{ key: undefined, node: root }];
    for (const step of path) {
      const next = stepInto(document, found.at(-1)?.node, step);
      if (next === undefined) return { found, whole: false };
      found.push(next);
    }
    return { found, whole: true };
  };
  return {
    positionOf(path, at) {
      const { found, whole } = follow(path);
      const last = found.at(-1);
      // What is missing is shown at the key it belongs under.
      const node = whole && at === "value" ? (written(last?.node) ?? last?.key) : last?.key;
      return positionAt(lines, (node ?? last?.node)?.range?.[0] ?? 0);
    },
    plainText(path) {
      const { found, whole } = follow(path);
      const node = resolved(document, found.at(-1)?.node);
      return whole && isScalar(node) && node.type === "PLAIN" ? node.source : undefined;
    },
  };
}

function stepInto(
  document: Document,
  parent: Node | undefined,
  step: string | number,
): Step | undefined {
  const node = resolved(document, parent);
  if (isSeq(node)) {
    const entry = typeof step === "number" ? node.items[step] : undefined;
    return isNode(entry) ? { key: undefined, node: entry } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item: Pair) => keyText(item.key) === String(step));
  if (pair === undefined || !isNode(pair.key)) return undefined;
  return { key: pair.key, node: isNode(pair.value) ? pair.value : undefined };
}

function resolved(document: Document, node: Node | undefined): Node | undefined {
  return isAlias(node) ? node.resolve(document) : node;
}

// A value that was left empty has a place of no width, often on the line after; its key is easier to find.
function written(node: Node | undefined): Node | undefined {
  return isScalar(node) && node.source === "" && node.type === "PLAIN" ? undefined : node;
}

/** The key as it is in the parsed value; undefined for a key that is not a single value. */
function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  return typeof key.value === "symbol"
    ? key.value.description
    : `${(key.value ?? "") as string | number | boolean}`;
}

/** The line and column of an offset in the text. */
function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

export { keyText, positionAt, sourceMap, type Position, type SourceMap };
