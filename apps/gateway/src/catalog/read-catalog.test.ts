import { expect, test } from "vitest";
import { FakeBackend, profileOf, type Reaction } from "../backends/backend.fixture.ts";
import { GatewayError } from "../rpc/errors.ts";
import { catalogOf } from "./catalog.fixture.ts";
import { readCatalog, type CatalogReading } from "./read-catalog.ts";

const gone = new GatewayError("backend-unavailable", "The backend b could not be reached.");

async function read(
  backend: FakeBackend,
  before?: ReturnType<typeof catalogOf>,
): Promise<CatalogReading> {
  const inbound = { message: () => undefined, reopened: () => undefined, closed: () => undefined };
  const link = await backend.open(profileOf(), inbound);
  return readCatalog(backend.name, link, { timeoutMs: 1_000, before });
}

function backendOf(capabilities: Record<string, unknown>): FakeBackend {
  const backend = new FakeBackend("b");
  backend.capabilities = capabilities;
  return backend;
}

/** Answers each cursor with its page; the first page has none. */
function paged(pages: Record<string, { names: string[]; next?: unknown }>) {
  return ({ cursor = "first" }: Record<string, unknown>): Reaction => {
    const page = pages[String(cursor)];
    const tools = (page?.names ?? []).map((name) => ({ name, inputSchema: { type: "object" } }));
    return { result: { tools, ...(page?.next !== undefined && { nextCursor: page.next }) } };
  };
}

function toolsOf({ catalog }: CatalogReading): string[] | undefined {
  return catalog?.items.tools.map(({ key }) => key);
}

test("only lists that the backend declares are asked for", async () => {
  const backend = backendOf({ prompts: {}, logging: {} });
  backend.reactions.set("prompts/list", { result: { prompts: [{ name: "p" }] } });
  const { catalog, failures } = await read(backend);
  expect(backend.link.got.map(({ message }) => message.method)).toEqual(["prompts/list"]);
  expect(catalog?.items).toMatchObject({ tools: [], resources: [], resourceTemplates: [] });
  expect(catalog?.items.prompts.map(({ key }) => key)).toEqual(["p"]);
  expect(failures).toEqual([]);
});

test("a backend that declares nothing has an empty catalogue", async () => {
  const { catalog, failures } = await read(backendOf({}));
  expect(catalog?.items.tools).toEqual([]);
  expect(failures).toEqual([]);
});

test("pages are read in order to the last, an empty cursor too", async () => {
  const backend = backendOf({ tools: {} });
  const pages = {
    first: { names: ["a"], next: "" },
    "": { names: ["b"], next: "c2" },
    c2: { names: ["c"] },
  };
  backend.reactions.set("tools/list", paged(pages));
  expect(toolsOf(await read(backend))).toEqual(["a", "b", "c"]);
  expect(backend.link.got.map(({ params }) => params["cursor"])).toEqual([undefined, "", "c2"]);
});

test("a cursor that comes again ends the list", async () => {
  const backend = backendOf({ tools: {} });
  const pages = { first: { names: ["a"], next: "x" }, x: { names: ["b"], next: "x" } };
  backend.reactions.set("tools/list", paged(pages));
  expect(toolsOf(await read(backend))).toEqual(["a", "b"]);
});

test("a list without end is cut off after a thousand pages, and says so", async () => {
  const backend = backendOf({ tools: {} });
  let page = 0;
  backend.reactions.set("tools/list", () => ({
    result: {
      tools: [{ name: `t${++page}`, inputSchema: { type: "object" } }],
      nextCursor: `${page}`,
    },
  }));
  const reading = await read(backend);
  expect(toolsOf(reading)).toHaveLength(1_000);
  expect(reading.catalog?.problems).toEqual([
    {
      backend: "b",
      kind: "tools",
      name: "*",
      reason: "left out: what comes after 1000 pages with 1000 entries",
    },
  ]);
});

test("a page of very many entries is read whole", async () => {
  const backend = backendOf({ tools: {} });
  const names = Array.from({ length: 150_000 }, (_, n) => `t${n}`);
  backend.reactions.set("tools/list", paged({ first: { names } }));
  expect(toolsOf(await read(backend))).toHaveLength(150_000);
});

test("a method that the backend does not know lists nothing", async () => {
  const backend = backendOf({ tools: {}, resources: {} }).lists("a");
  backend.capabilities = { tools: {}, resources: {} };
  const unknown = { error: { code: -32_601, message: "Method not found" } };
  backend.reactions.set("resources/list", unknown).set("resources/templates/list", unknown);
  const { catalog, failures } = await read(backend);
  expect(catalog?.items.resources).toEqual([]);
  expect(catalog?.problems).toEqual([]);
  expect(failures).toEqual([]);
});

test("a page that is no list costs its own list alone, which stays as it was", async () => {
  const backend = backendOf({}).lists("now");
  backend.capabilities = { tools: {}, prompts: {} };
  backend.reactions.set("prompts/list", { result: { prompts: "none" } });
  const before = catalogOf("b", { tools: ["old"], prompts: ["kept"] });
  const reading = await read(backend, before);
  expect(toolsOf(reading)).toEqual(["now"]);
  expect(reading.catalog?.items.prompts).toEqual(before.items.prompts);
  expect(reading.failures.map(({ code }) => code)).toEqual(["backend-garbage"]);
  expect(reading.catalog?.problems).toMatchObject([{ kind: "prompts", name: "*" }]);
});

test("a list that the backend refuses does not cost the others, and its words are not shown", async () => {
  const backend = backendOf({}).lists("a");
  backend.capabilities = { tools: {}, prompts: {} };
  backend.reactions.set("prompts/list", { error: { code: -32_000, message: "at /secret/path" } });
  const reading = await read(backend);
  expect(toolsOf(reading)).toEqual(["a"]);
  expect(reading.catalog?.problems.map(({ reason }) => reason)).toEqual([
    "not read: The backend b refused to list its prompts.",
  ]);
});

test("a list that breaks off in the middle is not taken by half", async () => {
  const backend = backendOf({ tools: {}, prompts: {} });
  backend.reactions.set("tools/list", ({ cursor }) =>
    cursor === undefined
      ? { result: { tools: [{ name: "half", inputSchema: {} }], nextCursor: "2" } }
      : { failed: gone },
  );
  backend.reactions.set("prompts/list", { result: { prompts: [] } });
  const before = catalogOf("b", { tools: ["one", "two"] });
  expect(toolsOf(await read(backend, before))).toEqual(["one", "two"]);
});

test("when no list can be read there is no catalogue", async () => {
  const backend = backendOf({ tools: {}, prompts: {} });
  backend.reactions.set("tools/list", { failed: gone }).set("prompts/list", { failed: gone });
  const { catalog, failures } = await read(backend, catalogOf("b", { tools: ["old"] }));
  expect(catalog).toBeUndefined();
  expect(failures).toEqual([gone, gone]);
});

test("a malformed entry is left out alone, with its problem", async () => {
  const backend = backendOf({ tools: {} });
  const good = { name: "good", inputSchema: { type: "object" } };
  backend.reactions.set("tools/list", { result: { tools: [{ name: 7 }, good] } });
  const reading = await read(backend);
  expect(toolsOf(reading)).toEqual(["good"]);
  expect(reading.catalog?.problems).toHaveLength(1);
});
