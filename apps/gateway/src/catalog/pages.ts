import { createHash } from "node:crypto";
import type { ItemKind } from "./backend-catalog.ts";
import type { ListPages, View } from "./view.ts";

const PAGE_SIZE = 1000;

/** Serialises a list once and for all: `items` are JSON texts, joined untouched, `pageSize` to a page. */
function listPages(
  kind: ItemKind,
  items: readonly string[],
  pageSize: number = PAGE_SIZE,
): ListPages {
  const count = Math.max(1, Math.ceil(items.length / pageSize));
  const cursors = cursorsOf(kind, items, count);
  const pages = Array.from({ length: count }, (_, page) => {
    const list = items.slice(page * pageSize, (page + 1) * pageSize).join(",");
    const next = cursors[page + 1];
    return `{"${kind}":[${list}]${next === undefined ? "" : `,"nextCursor":"${next}"`}}`;
  });
  return { pages, cursors, count: items.length };
}

/** A page, or the news that the cursor belongs to no page of this list as it is now. */
type PageAt = { readonly ok: true; readonly text: string } | { readonly ok: false };

/**
 * The JSON text of the page that a client asks for; without a cursor, or with an empty one, the first.
 * A cursor of another kind, or of the list before it changed, is not ok.
 */
function pageAt(lists: View["lists"], kind: ItemKind, cursor: string | null | undefined): PageAt {
  const { pages, cursors } = lists[kind];
  const text = pages[cursors.indexOf(cursor ?? "")];
  return text === undefined ? { ok: false } : { ok: true, text };
}

// A cursor names kind, page and content, so that replicas with equal lists give and take equal cursors.
function cursorsOf(kind: ItemKind, items: readonly string[], count: number): string[] {
  if (count === 1) return [""];
  const hash = createHash("sha256");
  for (const item of items) hash.update(item).update("\n");
  const digest = hash.digest("base64url").slice(0, 22);
  return Array.from({ length: count }, (_, page) =>
    page === 0 ? "" : Buffer.from(`${kind}:${page}:${digest}`).toString("base64url"),
  );
}

export { listPages, pageAt, type PageAt };
