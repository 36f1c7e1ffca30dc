import { ask } from "../backends/ask.ts";
import type { Link } from "../backends/port.ts";
import { GatewayError } from "../rpc/errors.ts";
import { memberText } from "../rpc/member-span.ts";
import { readMessage, type Message } from "../rpc/message.ts";
import { requestText } from "../rpc/reply.ts";
import type { BackendCatalog, CatalogProblem, Item, ItemKind } from "./backend-catalog.ts";
import { readListPage } from "./read-list.ts";

/** Pages and entries that are read of one list at most; a backend that goes on is cut off. */
const MAX_PAGES = 1_000;
const MAX_ITEMS = 100_000;

/** Which method lists a kind, and which capability says that the backend has it. */
const LISTS: Readonly<Record<ItemKind, { method: string; capability: string }>> = {
  tools: { method: "tools/list", capability: "tools" },
  prompts: { method: "prompts/list", capability: "prompts" },
  resources: { method: "resources/list", capability: "resources" },
  resourceTemplates: { method: "resources/templates/list", capability: "resources" },
};

/** Reads all lists of a backend, page by page. Rejects with a GatewayError when one of them cannot be read in full. */
async function readCatalog(
  backend: string,
  link: Link,
  timeoutMs: number,
): Promise<BackendCatalog> {
  const { capabilities, instructions } = link.server;
  const problems: CatalogProblem[] = [];
  const list = async (kind: ItemKind): Promise<readonly Item[]> => {
    if (capabilities[LISTS[kind].capability] === undefined) return [];
    return readList({ backend, kind }, link, timeoutMs, problems);
  };
  const [tools, prompts, resources, resourceTemplates] = await Promise.all([
    list("tools"),
    list("prompts"),
    list("resources"),
    list("resourceTemplates"),
  ]);
  const items = { tools, prompts, resources, resourceTemplates };
  return { backend, items, capabilities, instructions, problems };
}

async function readList(
  source: { backend: string; kind: ItemKind },
  link: Link,
  timeoutMs: number,
  problems: CatalogProblem[],
): Promise<Item[]> {
  const { method } = LISTS[source.kind];
  const items: Item[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES && items.length < MAX_ITEMS; page++) {
    const params = cursor === undefined ? "{}" : JSON.stringify({ cursor });
    const answer = readMessage(await ask(link, (id) => requestText(id, method, params), timeoutMs));
    if (answer.failed && page === 0 && isUnknownMethod(answer)) return items;
    if (answer.failed || answer.body === undefined) throw refusedList(source);
    const read = readListPage(source, answer.text.slice(answer.body.start, answer.body.end));
    items.push(...read.items);
    problems.push(...read.problems);
    cursor = read.nextCursor;
    if (cursor === undefined || seen.has(cursor)) break;
    seen.add(cursor);
  }
  return items;
}

/** A backend may declare a capability and yet not know one of its methods; it then lists nothing. */
function isUnknownMethod(answer: Message): boolean {
  return JSON.parse(memberText(answer.text, "error", "code") ?? "0") === -32601;
}

function refusedList({ backend, kind }: { backend: string; kind: ItemKind }): GatewayError {
  return new GatewayError(
    "backend-unavailable",
    `The backend ${backend} refused to list its ${kind}.`,
  );
}

export { readCatalog };
