import { DuplicateKeyError, elementsOf, membersOf, type Span } from "../json/spans.ts";
import { GatewayError } from "../rpc/errors.ts";
import type { CatalogProblem, Item, ItemKind } from "./backend-catalog.ts";
import { KEY_MEMBER, ListedItem } from "./listed-item.ts";

/** One page of a backend's list: its good entries in order, and what was left out. */
interface ListPage {
  readonly items: readonly Item[];
  /** The cursor of the next page, which may be empty; `undefined` on the last page. */
  readonly nextCursor: string | undefined;
  readonly problems: readonly CatalogProblem[];
}

/** Which list of which backend is read. */
interface ListSource {
  readonly backend: string;
  readonly kind: ItemKind;
}

/**
 * Reads the JSON text of one list result, keeping each entry in its own text. A malformed entry is left
 * out alone and reported; throws `backend-garbage` when the page itself is not a list result.
 */
function readListPage(source: ListSource, text: string): ListPage {
  const page = pageOf(source, text);
  const items: Item[] = [];
  const problems: CatalogProblem[] = [];
  for (const [index, span] of page.spans.entries()) {
    const value = page.values[index];
    const read = readItem(source.kind, text.slice(span.start, span.end), value);
    if ("item" in read) items.push(read.item);
    else {
      const name = keyOf(source.kind, value)?.slice(0, 256) ?? `entry ${index + 1}`;
      problems.push({ ...source, name, reason: `left out: ${read.wrong}` });
    }
  }
  return { items, nextCursor: page.nextCursor, problems };
}

interface RawPage {
  readonly spans: readonly Span[];
  readonly values: readonly unknown[];
  readonly nextCursor: string | undefined;
}

function pageOf(source: ListSource, text: string): RawPage {
  const { kind } = source;
  const page = parsed(source, text);
  if (!isObject(page)) throw garbage(source, "it is not an object");
  const members = distinctMembers(text);
  if ("wrong" in members) throw garbage(source, members.wrong);
  const values = page[kind];
  const span = members.spans.get(kind);
  if (!Array.isArray(values) || span === undefined) throw garbage(source, `"${kind}" is no array`);
  const nextCursor = page["nextCursor"] ?? undefined;
  if (nextCursor !== undefined && typeof nextCursor !== "string")
    throw garbage(source, '"nextCursor" is no string');
  return { spans: elementsOf(text, span.start), values, nextCursor };
}

function parsed(source: ListSource, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw garbage(source, "it is not valid JSON", cause);
  }
}

type Read = { readonly item: Item } | { readonly wrong: string };

function readItem(kind: ItemKind, text: string, value: unknown): Read {
  const checked = ListedItem[kind].safeParse(value);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const where = issue?.path.length ? `${issue.path.map(String).join(".")}: ` : "";
    return { wrong: where + (issue?.message ?? "malformed") };
  }
  const members = distinctMembers(text);
  if ("wrong" in members) return members;
  // Overrides are merged into the annotations, so these too must mean one thing.
  const annotations = members.spans.get("annotations");
  if (annotations) {
    const inner = distinctMembers(text, annotations.start);
    if ("wrong" in inner) return { wrong: `annotations: ${inner.wrong}` };
  }
  const keySpan = members.spans.get(KEY_MEMBER[kind]);
  const key = keyOf(kind, value);
  if (keySpan === undefined || key === undefined) return { wrong: `no ${KEY_MEMBER[kind]}` };
  return { item: { text, key, keySpan } };
}

function distinctMembers(
  text: string,
  from = 0,
): { readonly spans: Map<string, Span> } | { readonly wrong: string } {
  try {
    return { spans: membersOf(text, from) };
  } catch (error) {
    if (error instanceof DuplicateKeyError) return { wrong: error.message };
    throw error;
  }
}

function keyOf(kind: ItemKind, value: unknown): string | undefined {
  const key = isObject(value) ? value[KEY_MEMBER[kind]] : undefined;
  return typeof key === "string" ? key : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function garbage({ backend, kind }: ListSource, why: string, cause?: unknown): GatewayError {
  const message = `Backend ${JSON.stringify(backend)} gave a list of ${kind} that cannot be read: ${why}.`;
  return new GatewayError("backend-garbage", message, { cause });
}

export { readListPage, type ListPage, type ListSource };
