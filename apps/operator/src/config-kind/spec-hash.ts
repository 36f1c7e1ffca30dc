import { createHash } from "node:crypto";

const DIGITS = 16;

/** A hash that is the same for the same content, in whatever order its keys stand. */
export function specHash(spec: unknown): string {
  const hash = createHash("sha256").update(JSON.stringify(inOrder(spec)) ?? "");
  return hash.digest("hex").slice(0, DIGITS);
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { object: entries.map(([key, member]) => [key, inOrder(member)]) };
}
