import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeBackend, profileOf } from "../backends/backend.fixture.ts";
import type { Inbound, Link } from "../backends/port.ts";
import { aggregate } from "../catalog/aggregate.ts";
import type { BackendCatalog, ItemKind } from "../catalog/backend-catalog.ts";
import { readCatalog } from "../catalog/read-catalog.ts";
import { OwnCatalogs } from "./own-catalogs.ts";

const nobody: Inbound = {
  message: () => undefined,
  reopened: () => undefined,
  closed: () => undefined,
};

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function pass(ms: number): Promise<unknown> {
  return vi.advanceTimersByTimeAsync(ms);
}

/** A session of a class that sees the tool `t` of one backend, and its own link to it. */
async function scene() {
  const backend = new FakeBackend("b").lists("t");
  const link: Link = await backend.open(profileOf(), nobody);
  const shared = new Map<string, BackendCatalog>();
  let view = aggregate([]);
  /** What the backend lists now is what the class sees. */
  const classReads = async (): Promise<void> => {
    const { catalog } = await readCatalog("b", link, { timeoutMs: 1_000 });
    if (catalog !== undefined) shared.set("b", catalog);
    view = aggregate([...shared.values()]);
    backend.link.got.length = 0;
  };
  await classReads();
  const told: ItemKind[][] = [];
  const own = new OwnCatalogs(
    {
      viewOf: () => view,
      viewWith: (_, other) =>
        aggregate([...shared].map(([name, catalog]) => other.get(name) ?? catalog)),
      catalogOf: (_, name) => shared.get(name),
    },
    "class",
    (kinds) => told.push([...kinds]),
  );
  const tools = (): string[] => [...own.view.tools.keys()];
  return { backend, link, own, told, tools, classReads, classView: () => view };
}

test("a session that was told nothing sees what its class sees, and asks nobody", async () => {
  const { own, classView, backend } = await scene();
  expect(own.view).toBe(classView());
  expect(backend.link.got).toEqual([]);
});

test("a tool that a process offers to its one session is listed there and leads to it, and the client is told", async () => {
  const { backend, link, own, told, tools, classView } = await scene();
  backend.lists("t", "mine");
  own.changed("b", link, true);
  await pass(100);
  expect(tools()).toEqual(["b_t", "b_mine"]);
  expect(own.view.tools.get("b_mine")).toMatchObject({ backend: "b", name: "mine" });
  expect([...classView().tools.keys()]).toEqual(["b_t"]);
  expect(told).toEqual([["tools"]]);
});

test("when all sessions may be meant, the class looks first, and what it finds is not read again", async () => {
  const { backend, link, own, told, tools, classReads } = await scene();
  backend.lists("t", "new");
  own.changed("b", link, false);
  await classReads();
  await pass(3_000);
  expect(backend.link.got).toEqual([]);
  expect(tools()).toEqual(["b_t", "b_new"]);
  expect(told).toEqual([]);
});

test("when the class sees no change, the session looks for itself", async () => {
  const { backend, link, own, told, tools, classReads } = await scene();
  own.changed("b", link, false);
  await classReads();
  await pass(999);
  expect(backend.link.got).toEqual([]);
  backend.lists("t", "mine");
  await pass(2_001);
  expect(tools()).toEqual(["b_t", "b_mine"]);
  expect(told).toEqual([["tools"]]);
});

test("lists that turn out to be everybody's are not kept for one", async () => {
  const { backend, link, own, told, classView } = await scene();
  own.changed("b", link, true);
  await pass(100);
  expect(backend.link.got).toHaveLength(1);
  expect(own.view).toBe(classView());
  backend.lists("t", "mine");
  own.changed("b", link, true);
  await pass(2_000);
  backend.lists("t");
  own.changed("b", link, true);
  await pass(2_000);
  expect(own.view).toBe(classView());
  expect(told).toEqual([["tools"], ["tools"]]);
});

test("what other backends offer to the class is seen beside what one offers to the session", async () => {
  const { backend, link, own, tools, classReads } = await scene();
  backend.lists("t", "mine");
  own.changed("b", link, true);
  await pass(100);
  const before = own.view;
  expect(own.view).toBe(before);
  await classReads();
  expect(own.view).not.toBe(before);
  expect(tools()).toEqual(["b_t", "b_mine"]);
});

test("a list that cannot be read stays as it was", async () => {
  const { backend, link, own, told, tools } = await scene();
  backend.reactions.set("tools/list", { error: { code: -32_000, message: "no" } });
  own.changed("b", link, true);
  await pass(100);
  expect(tools()).toEqual(["b_t"]);
  expect(told).toEqual([]);
});

test("with the link goes what was offered over it, and a reading of the old one counts no more", async () => {
  const { backend, link, own, told, tools } = await scene();
  backend.lists("t", "mine");
  own.changed("b", link, true);
  await pass(100);
  own.changed("b", link, true);
  own.forget("b");
  expect(tools()).toEqual(["b_t"]);
  expect(told).toEqual([["tools"], ["tools"]]);
  own.changed("b", link, true);
  backend.reactions.set("tools/list", "silence");
  await pass(2_000);
  own.forget("b");
  backend.link.dies();
  await pass(2_000);
  expect(tools()).toEqual(["b_t"]);
});

test("a backend that begins a new session offers what everybody sees, until it says otherwise", async () => {
  const { backend, link, own, tools } = await scene();
  backend.lists("t", "mine");
  own.changed("b", link, true);
  await pass(100);
  own.changed("b", link, true);
  own.restarted("b");
  expect(tools()).toEqual(["b_t"]);
  await pass(2_000);
  expect(tools()).toEqual(["b_t", "b_mine"]);
});

test("changes told all the time are read every two seconds at most", async () => {
  const { backend, link, own } = await scene();
  for (let n = 0; n < 1_000; n++) {
    own.changed("b", link, true);
    await pass(20);
  }
  expect(backend.link.got.length).toBeLessThan(20);
  own.close();
});

test("a session that ends looks no more", async () => {
  const { backend, link, own } = await scene();
  own.changed("b", link, true);
  own.close();
  await pass(5_000);
  expect(backend.link.got).toEqual([]);
});
