import { notificationText } from "../rpc/reply.ts";
import type { BackendCatalog, ItemKind } from "./backend-catalog.ts";
import type { View } from "./view.ts";

const KINDS: readonly ItemKind[] = ["tools", "prompts", "resources", "resourceTemplates"];

/** The kinds whose lists differ between two views. */
function changedKinds(before: View, after: View): ItemKind[] {
  return KINDS.filter((kind) => {
    const [old, now] = [before.lists[kind].pages, after.lists[kind].pages];
    return old.length !== now.length || old.some((page, index) => page !== now[index]);
  });
}

/** Whether two readings of a backend list the same, word for word. */
function sameLists(one: BackendCatalog, other: BackendCatalog): boolean {
  return KINDS.every((kind) => {
    const [old, now] = [one.items[kind], other.items[kind]];
    return old.length === now.length && old.every(({ text }, index) => text === now[index]?.text);
  });
}

/** The notifications that tell a client of changes; templates have none of their own. */
function changeTexts(kinds: readonly ItemKind[]): string[] {
  const names = new Set(kinds.map((kind) => (kind === "resourceTemplates" ? "resources" : kind)));
  return [...names].map((name) => notificationText(`notifications/${name}/list_changed`));
}

export { changedKinds, changeTexts, KINDS, sameLists };
