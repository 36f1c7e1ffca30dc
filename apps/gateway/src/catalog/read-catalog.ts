import { ask } from "../backends/ask.ts";
import type { Link } from "../backends/port.ts";
import { GatewayError } from "../rpc/errors.ts";
import { memberText } from "../rpc/member-span.ts";
import { readMessage, type Message } from "../rpc/message.ts";
import { requestText } from "../rpc/reply.ts";
import type { BackendCatalog, CatalogProblem, Item, ItemKind } from "./backend-catalog.ts";
import { readListPage } from "./read-list.ts";

/** What is read of one list at most; a backend that goes on is cut off. */
const MAX_PAGES = 1_000;
const MAX_ITEMS = 100_000;
const MAX_CHARS = 64 * 1024 * 1024;

const KINDS: readonly ItemKind[] = ["tools", "prompts", "resources", "resourceTemplates"];

/** Which method lists a kind, and which capability says that the backend has it. */
const LISTS: Readonly<Record<ItemKind, { method: string; capability: string }>> = {
  tools: { method: "tools/list", capability: "tools" },
  prompts: { method: "prompts/list", capability: "prompts" },
  resources: { method: "resources/list", capability: "resources" },
  resourceTemplates: { method: "resources/templates/list", capability: "resources" },
};

/** What came of reading a backend. */
interface CatalogReading {
  /** `undefined` when no list could be read. */
  readonly catalog: BackendCatalog | undefined;
  /** Why lists could not be read, if any. */
  readonly failures: readonly GatewayError[];
}

/** How a backend is read. */
interface ReadingOptions {
  /** For each page. */
  readonly timeoutMs: number;
  readonly before?: BackendCatalog | undefined;
  /** What the backend said of itself elsewhere; a link that goes on in a session has not heard it. */
  readonly known?: Pick<BackendCatalog, "capabilities" | "instructions"> | undefined;
}

/**
 * Reads all lists of a backend, page by page. A list that cannot be read in full costs none of the others: in the
 * catalogue it is as it was in `before`, with a problem that says so. Never rejects.
 */
async function readCatalog(
  backend: string,
  link: Link,
  { timeoutMs, before, known }: ReadingOptions,
): Promise<CatalogReading> {
  const capabilities = { ...known?.capabilities, ...link.server.capabilities };
  const instructions = link.server.instructions ?? known?.instructions;
  const declared = KINDS.filter((kind) => capabilities[LISTS[kind].capability] !== undefined);
  const lists = await Promise.all(
    declared.map(async (kind) => {
      const source = { backend, kind };
      return readList(source, link, timeoutMs).catch((thrown: unknown) =>
        kept(source, GatewayError.from(thrown), before),
      );
    }),
  );
  const failures = lists.flatMap(({ failure }) => failure ?? []);
  if (failures.length > 0 && failures.length === declared.length)
    return { catalog: undefined, failures };
  const itemsOf = (kind: ItemKind): readonly Item[] => lists[declared.indexOf(kind)]?.items ?? [];
  const items = {
    tools: itemsOf("tools"),
    prompts: itemsOf("prompts"),
    resources: itemsOf("resources"),
    resourceTemplates: itemsOf("resourceTemplates"),
  };
  const problems = lists.flatMap((list) => list.problems);
  return { catalog: { backend, items, capabilities, instructions, problems }, failures };
}

interface ListSource {
  readonly backend: string;
  readonly kind: ItemKind;
}

interface ReadList {
  readonly items: readonly Item[];
  readonly problems: readonly CatalogProblem[];
  readonly failure?: GatewayError;
}

/** A list that could not be read, as it was last read. */
function kept(
  source: ListSource,
  failure: GatewayError,
  before: BackendCatalog | undefined,
): ReadList {
  const problem = { ...source, name: "*", reason: `not read: ${failure.message}` };
  const known = before?.problems.filter(({ kind, name }) => kind === source.kind && name !== "*");
  return {
    items: before?.items[source.kind] ?? [],
    problems: [...(known ?? []), problem],
    failure,
  };
}

async function readList(source: ListSource, link: Link, timeoutMs: number): Promise<ReadList> {
  const { method } = LISTS[source.kind];
  const items: Item[] = [];
  const problems: CatalogProblem[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  let chars = 0;
  for (let page = 0; ; page++) {
    const params = cursor === undefined ? "{}" : JSON.stringify({ cursor });
    const answer = readMessage(await ask(link, (id) => requestText(id, method, params), timeoutMs));
    if (answer.failed && page === 0 && isUnknownMethod(answer)) return { items, problems };
    if (answer.failed || answer.body === undefined) throw refusedList(source);
    const read = readListPage(source, answer.text.slice(answer.body.start, answer.body.end));
    for (const item of read.items) items.push(item);
    for (const problem of read.problems) problems.push(problem);
    chars += answer.text.length;
    cursor = read.nextCursor;
    if (cursor === undefined || seen.has(cursor)) return { items, problems };
    seen.add(cursor);
    if (page + 1 < MAX_PAGES && items.length < MAX_ITEMS && chars < MAX_CHARS) continue;
    const reason = `left out: what comes after ${page + 1} pages with ${items.length} entries`;
    return { items, problems: [...problems, { ...source, name: "*", reason }] };
  }
}

/** A backend may declare a capability and yet not know one of its methods; it then lists nothing. */
function isUnknownMethod(answer: Message): boolean {
  return JSON.parse(memberText(answer.text, "error", "code") ?? "0") === -32601;
}

function refusedList({ backend, kind }: ListSource): GatewayError {
  return new GatewayError(
    "backend-unavailable",
    `The backend ${backend} refused to list its ${kind}.`,
  );
}

export { readCatalog, type CatalogReading };
