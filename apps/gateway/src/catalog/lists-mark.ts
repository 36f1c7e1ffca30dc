import { createHash } from "node:crypto";
import type { ItemKind } from "./backend-catalog.ts";
import { KINDS } from "./list-changes.ts";
import type { View } from "./view.ts";

const MARK_CHARS = 8;

const known = new WeakMap<View, string>();

/** A short text that is another one for every list that differs; without a space. */
function listsMark(view: View): string {
  const before = known.get(view);
  if (before !== undefined) return before;
  const mark = KINDS.map((kind) => markOf(view.lists[kind].pages)).join(".");
  known.set(view, mark);
  return mark;
}

function markOf(pages: readonly string[]): string {
  const hash = createHash("sha256");
  for (const page of pages) hash.update(page).update("\0");
  return hash.digest("base64url").slice(0, MARK_CHARS);
}

/** The kinds of lists in which two marks differ. */
function kindsBetween(one: string, other: string): ItemKind[] {
  const [before, after] = [one.split("."), other.split(".")];
  return KINDS.filter((_, index) => before[index] !== after[index]);
}

export { kindsBetween, listsMark };
