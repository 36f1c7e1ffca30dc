import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node } from "yaml";
import { keyText } from "./source-position.ts";
import { yamlSentence } from "./yaml-sentence.ts";

/** Something in a well-formed document that a configuration must not hold. */
interface StructureFault {
  /** Where in the text, counted in characters from 0. */
  readonly offset: number;
  readonly message: string;
}

const MAX_ALIASES = 100;
/** Values of a document once each alias is replaced by what it stands for. */
const MAX_VALUES = 200_000;
const MAX_DEPTH = 100;

/**
 * What must be known before a document is turned into a value: no key twice, no key that is a list or
 * mapping, no nesting beyond reason, and no aliases that would grow it without bound. Takes time
 * proportional to the text.
 */
function structureFaults(document: Document.Parsed): StructureFault[] {
  const walk: Walk = { anchors: new Map(), faults: [], aliases: 0 };
  if (isNode(document.contents)) visit(document.contents, walk, 1);
  return walk.faults;
}

interface Walk {
  /** What each anchor seen so far stands for; undefined while still inside it. */
  readonly anchors: Map<string, Extent | undefined>;
  readonly faults: StructureFault[];
  aliases: number;
}

interface Extent {
  readonly values: number;
  readonly depth: number;
}

const SINGLE: Extent = { values: 1, depth: 1 };

function visit(node: Node, walk: Walk, depth: number): Extent {
  if (isAlias(node)) return visitAlias(node, walk);
  if (depth > MAX_DEPTH) return fault(walk, node, `nested more than ${MAX_DEPTH} levels deep`);
  const { anchor } = node as { anchor?: string };
  if (anchor !== undefined) walk.anchors.set(anchor, undefined);
  const extent = grown(childrenOf(node, walk), walk, depth);
  if (anchor !== undefined) walk.anchors.set(anchor, extent);
  if (extent.values > MAX_VALUES || extent.depth > MAX_DEPTH) {
    return fault(walk, node, "aliases make this grow beyond all bounds; write it out instead");
  }
  return extent;
}

function visitAlias(node: Node & { source: string }, walk: Walk): Extent {
  walk.aliases += 1;
  if (walk.aliases === MAX_ALIASES + 1) {
    return fault(walk, node, `more than ${MAX_ALIASES} aliases; write the values out instead`);
  }
  if (!walk.anchors.has(node.source)) return fault(walk, node, yamlSentence("BAD_ALIAS"));
  return (
    walk.anchors.get(node.source) ??
    fault(walk, node, "an alias must not stand inside what it names")
  );
}

function childrenOf(node: Node, walk: Walk): Node[] {
  if (isSeq(node)) return node.items.filter((item) => isNode(item));
  if (!isMap(node)) return [];
  const seen = new Set<string>();
  const children: Node[] = [];
  for (const { key, value } of node.items) {
    const text = keyText(key);
    if (isNode(key) && (text === undefined || !isScalar(key))) {
      fault(walk, key, "a key must be a single word or text, not a list or mapping");
    } else if (isNode(key) && text !== undefined && seen.has(text)) {
      fault(walk, key, `the key ${JSON.stringify(text)} is here twice; keep one of them`);
    }
    if (text !== undefined) seen.add(text);
    if (isNode(value)) children.push(value);
  }
  return children;
}

function grown(children: readonly Node[], walk: Walk, depth: number): Extent {
  let [values, deepest] = [1, 0];
  for (const child of children) {
    const extent = visit(child, walk, depth + 1);
    values += extent.values;
    deepest = Math.max(deepest, extent.depth);
  }
  return { values, depth: deepest + 1 };
}

function fault(walk: Walk, node: Node, message: string): Extent {
  walk.faults.push({ offset: node.range?.[0] ?? 0, message });
  return SINGLE;
}

export { structureFaults, type StructureFault };
