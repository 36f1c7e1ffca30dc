import type { StructuralSchema } from "@headgate/kube-schema";

/** One keyword in which two schemas differ; `undefined` where a side does not have it. */
export interface SchemaDifference {
  /** Place in the schema and keyword, such as `backends[].transport#enum`. */
  readonly at: string;
  readonly theirs: unknown;
  readonly ours: unknown;
}

type Node = Readonly<Record<string, unknown>>;

/** Every keyword in which two structural schemas differ, descriptions aside, in the order of their fields. */
export function schemaDifferences(
  theirs: StructuralSchema,
  ours: StructuralSchema,
): SchemaDifference[] {
  return compare(theirs as Node, ours as Node, "");
}

function compare(theirs: Node, ours: Node, at: string): SchemaDifference[] {
  const keywords = union(theirs, ours).filter((keyword) => keyword !== "description");
  return keywords.flatMap((keyword) => {
    const [left, right] = [theirs[keyword], ours[keyword]];
    if (keyword === "properties") return compareProperties(asNode(left), asNode(right), at);
    if (keyword === "items" && left !== undefined && right !== undefined) {
      return compare(asNode(left), asNode(right), `${at}[]`);
    }
    if (keyword === "additionalProperties" && left !== undefined && right !== undefined) {
      return compare(asNode(left), asNode(right), `${at}{}`);
    }
    return same(keyword, left, right)
      ? []
      : [{ at: `${at}#${keyword}`, theirs: left, ours: right }];
  });
}

function compareProperties(theirs: Node, ours: Node, at: string): SchemaDifference[] {
  return union(theirs, ours).flatMap((name) => {
    const place = at === "" ? name : `${at}.${name}`;
    const [left, right] = [theirs[name], ours[name]];
    if (left === undefined || right === undefined)
      return [{ at: place, theirs: left, ours: right }];
    return compare(asNode(left), asNode(right), place);
  });
}

function same(keyword: string, left: unknown, right: unknown): boolean {
  if (keyword !== "required") return canonical(left) === canonical(right);
  const [theirs, ours] = [names(left), names(right)];
  return theirs.size === ours.size && [...theirs].every((name) => ours.has(name));
}

function names(required: unknown): Set<unknown> {
  return new Set(Array.isArray(required) ? (required as unknown[]) : []);
}

function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function union(left: Node, right: Node): string[] {
  return [...new Set([...Object.keys(left), ...Object.keys(right)])];
}

function asNode(value: unknown): Node {
  return (value ?? {}) as Node;
}
