import { describe, expect, test } from "vitest";
import { profileOf } from "../backends/backend.fixture.ts";
import { ANONYMOUS, type Caller } from "../identity/caller.ts";
import type { Asker } from "./registry-options.ts";
import { SessionRegistry } from "./registry.ts";
import { FakeResponse } from "./response.fixture.ts";
import { contextOf } from "./session.fixture.ts";
import { FakeStore } from "./shared-sessions.fixture.ts";

const ANYBODY: Asker = { caller: ANONYMOUS, passed: {} };
const ALICE: Asker = { caller: { kind: "user", userKey: "alice" }, passed: {} };
const TTL_MS = 1_000;

let ids = 0;

/** A process over the store, with its own clients' classes counted. */
function processOf(store: FakeStore, clock: { ms: number }, tag: string, maxSessions = 100) {
  const shared = store.process(tag);
  const { context, a, b } = contextOf(clock);
  for (const backend of [a, b]) backend.keepsSessions = true;
  const told = { joined: 0, restored: 0, ended: [] as string[] };
  const gate = { join: async (): Promise<void> => undefined };
  const registry = new SessionRegistry({
    context: { ...context, others: shared },
    shared,
    ttlMs: TTL_MS,
    maxSessions,
    resumeWindowMs: 100,
    now: () => clock.ms,
    newId: () => `session-${++ids}`,
    join: async () => {
      told.joined++;
      await gate.join();
      return "class";
    },
    leave: () => void told.joined--,
    refused: () => undefined,
    restored: () => void told.restored++,
    ended: (_, why) => told.ended.push(why),
  });
  const create = async (caller: Caller = ANONYMOUS) => {
    told.joined++;
    const facts = {
      protocolVersion: "2025-11-25",
      profile: profileOf(),
      classKey: "class",
      caller,
    };
    return registry.create(facts);
  };
  return { registry, shared, told, gate, create, a, b };
}

function scene() {
  const clock = { ms: 0 };
  const store = new FakeStore();
  return { clock, store, one: processOf(store, clock, "p1"), other: processOf(store, clock, "p2") };
}

describe("a session of another process", () => {
  test("is brought here once, however many requests of its client come at once", async () => {
    const { store, one, other } = scene();
    const { id } = (await one.create()).facts;
    store.reads = 0;
    const all = await Promise.all([1, 2, 3].map(async () => other.registry.touch(id, ANYBODY)));
    expect(new Set(all).size).toBe(1);
    expect(all[0]?.facts).toMatchObject({ id, protocolVersion: "2025-11-25" });
    expect([store.reads, other.told.restored, other.told.joined]).toEqual([1, 1, 1]);
  });

  test("goes on in the backend sessions that it has, with what the client set", async () => {
    const { one, other } = scene();
    const session = await one.create();
    await session.link("a");
    await session.setLogLevel("error");
    const restored = await other.registry.touch(session.facts.id, ANYBODY);
    await restored?.link("a");
    expect(other.a.link.session).toEqual(one.a.link.session);
    expect(other.a.link.gotOf("logging/setLevel")).toEqual([]);
  });

  test("is nobody else's, also while its client's requests wait for it, and lives on", async () => {
    const { one, other } = scene();
    const { id } = (await one.create(ALICE.caller)).facts;
    const [hers, others] = await Promise.all([
      other.registry.touch(id, ALICE),
      other.registry.touch(id, ANYBODY),
    ]);
    expect([hers?.facts.id, others]).toEqual([id, undefined]);
    expect(other.told.joined).toBe(1);
    expect(one.registry.touch(id, ALICE)).toBeDefined();
  });

  test("that was ended while it was being brought here does not arrive, and is counted out again", async () => {
    const { one, other } = scene();
    const { id } = (await one.create()).facts;
    const joining = Promise.withResolvers<void>();
    other.gate.join = () => joining.promise;
    const restoring = other.registry.touch(id, ANYBODY);
    await expect.poll(() => other.told.joined).toBe(1);
    await one.registry.delete(id);
    other.registry.endedElsewhere(id);
    joining.resolve();
    expect(await restoring).toBeUndefined();
    expect([other.registry.size, other.told.joined, other.told.restored]).toEqual([0, 0, 0]);
  });

  test("does not arrive in a process that stops", async () => {
    const { one, other } = scene();
    const { id } = (await one.create()).facts;
    const joining = Promise.withResolvers<void>();
    other.gate.join = () => joining.promise;
    const restoring = other.registry.touch(id, ANYBODY);
    await expect.poll(() => other.told.joined).toBe(1);
    await other.registry.close();
    joining.resolve();
    expect(await restoring).toBeUndefined();
    expect(other.registry.size).toBe(0);
  });

  test("is unknown when there is none, and unavailable when that cannot be said", async () => {
    const { store, other } = scene();
    expect(await other.registry.touch("nobody", ANYBODY)).toBeUndefined();
    store.isAway = true;
    await expect(other.registry.touch("nobody", ANYBODY)).rejects.toMatchObject({
      code: "sessions-unavailable",
      httpStatus: 503,
      data: { retryAfterSeconds: 2 },
    });
    store.isAway = false;
    store.isUnreadable = true;
    await expect(other.registry.touch("nobody", ANYBODY)).rejects.toMatchObject({
      httpStatus: 404,
    });
  });

  test("that could not be read is asked for anew by the next request", async () => {
    const { store, one, other } = scene();
    const { id } = (await one.create()).facts;
    store.isAway = true;
    await expect(other.registry.touch(id, ANYBODY)).rejects.toThrow("Sessions cannot be reached");
    store.isAway = false;
    expect(await other.registry.touch(id, ANYBODY)).toBeDefined();
  });
});

describe("a session that is here", () => {
  test("learns at its next use what another process made of it", async () => {
    const clock = { ms: 0 };
    const store = new FakeStore();
    const [one, other] = [processOf(store, clock, "p1"), processOf(store, clock, "p2")];
    const session = await one.create();
    const elsewhere = await other.registry.touch(session.facts.id, ANYBODY);
    await session.link("a");
    expect(await other.registry.touch(session.facts.id, ANYBODY)).toBe(elsewhere);
    await elsewhere?.link("a");
    expect(other.a.link.session).toEqual(one.a.link.session);
  });

  test("is over at its next use when it was ended elsewhere, and its backends are left to whoever ended it", async () => {
    const { store, one, other } = scene();
    const session = await one.create();
    await session.link("a");
    await other.shared.end(session.facts.id);
    expect(store.has(session.facts.id)).toBe(false);
    expect(await one.registry.touch(session.facts.id, ANYBODY)).toBeUndefined();
    expect(one.told.ended).toEqual(["deleted"]);
    expect(one.a.link.keptSession).toBe(true);
    expect(one.told.joined).toBe(0);
  });

  test("goes on without the store", async () => {
    const { store, one } = scene();
    const session = await one.create();
    store.isAway = true;
    expect(await one.registry.touch(session.facts.id, ANYBODY)).toBe(session);
  });

  test("is not ended when that cannot be written, as it would come back", async () => {
    const { store, one } = scene();
    const session = await one.create();
    store.isAway = true;
    await expect(one.registry.delete(session.facts.id)).rejects.toMatchObject({ httpStatus: 503 });
    store.isAway = false;
    expect(await one.registry.touch(session.facts.id, ANYBODY)).toBeDefined();
  });

  test("that is ended ends at backends that only another process was linked to", async () => {
    const { one, other } = scene();
    const session = await one.create();
    await session.link("a");
    const elsewhere = await other.registry.touch(session.facts.id, ANYBODY);
    await elsewhere?.link("b");
    await one.registry.touch(session.facts.id, ANYBODY);
    await one.registry.delete(session.facts.id);
    await expect.poll(() => one.b.links.length).toBe(1);
    expect(one.b.link.session).toEqual(other.b.link.session);
    expect(
      [one.a.link, one.b.link].map(({ closed, keptSession }) => [closed, keptSession]),
    ).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  test("leaves when there is no room for it, and comes back with its backend sessions", async () => {
    const { one } = scene();
    const session = await one.create();
    await session.link("a");
    const before = one.a.link.session;
    one.registry.leave(session.facts.id);
    expect([one.registry.size, one.told.ended, one.a.link.keptSession]).toEqual([
      0,
      ["left"],
      true,
    ]);
    const back = await one.registry.touch(session.facts.id, ANYBODY);
    await back?.link("a");
    expect(one.a.link.session).toEqual(before);
    expect(one.told.joined).toBe(1);
  });

  test("does not leave while a call is under way, a stream is open or a link is bound to this process", async () => {
    const { one } = scene();
    const [calling, listening, linked] = [
      await one.create(),
      await one.create(),
      await one.create(),
    ];
    calling.begin("n1", { cancel: () => undefined, giveUp: () => undefined });
    listening.streams.standalone.attach(new FakeResponse().asResponse);
    one.a.keepsSessions = false;
    await linked.link("a");
    for (const { facts } of [calling, listening, linked]) one.registry.leave(facts.id);
    expect(one.registry.size).toBe(3);
    expect(one.told.ended).toEqual([]);
  });

  test("makes room for others when it was not used lately, and counts no more where it does not stay", async () => {
    const clock = { ms: 0 };
    const store = new FakeStore();
    const one = processOf(store, clock, "p1", 2);
    const other = processOf(store, clock, "p2");
    const first = await one.create();
    clock.ms = 20_000;
    const second = await one.create();
    await expect(one.create()).rejects.toMatchObject({ code: "too-many-sessions" });
    const guest = await other.create();
    expect(await one.registry.touch(guest.facts.id, ANYBODY)).toBeDefined();
    expect([...one.registry.values()].map(({ facts }) => facts.id)).toEqual(
      [second, guest].map(({ facts }) => facts.id),
    );
    await expect(one.create()).resolves.toBeDefined();
    expect(await one.registry.touch(first.facts.id, ANYBODY)).toBeDefined();
  });
});

describe("a session whose time is over", () => {
  test("ends with its backend sessions when nobody else used it, and not before the store lets go of it", async () => {
    const { clock, store, one } = scene();
    const session = await one.create();
    await session.link("a");
    clock.ms = TTL_MS + 50;
    one.registry.sweep();
    await Promise.resolve();
    expect(one.registry.size).toBe(1);
    store.forget(session.facts.id);
    clock.ms = TTL_MS + 101;
    one.registry.sweep();
    await expect.poll(() => one.told.ended).toEqual(["expired"]);
    expect([one.a.link.closed, one.a.link.keptSession]).toEqual([true, false]);
  });

  test("goes on where another process uses it", async () => {
    const { clock, one } = scene();
    const session = await one.create();
    await session.link("a");
    clock.ms = TTL_MS + 101;
    one.registry.sweep();
    await expect.poll(() => one.told.ended).toEqual(["left"]);
    expect(one.a.link.keptSession).toBe(true);
  });

  test("is not ended by somebody who cannot ask", async () => {
    const { clock, store, one } = scene();
    const session = await one.create();
    await session.link("a");
    store.isAway = true;
    clock.ms = TTL_MS + 101;
    one.registry.sweep();
    await expect.poll(() => one.told.ended).toEqual(["left"]);
    expect(one.a.link.keptSession).toBe(true);
  });
});

test("sessions stay in the store when their process stops, with what backends keep for them", async () => {
  const { store, one, other } = scene();
  const session = await one.create();
  await session.link("a");
  await one.registry.close();
  expect(store.has(session.facts.id)).toBe(true);
  expect([one.a.link.closed, one.a.link.keptSession]).toEqual([true, true]);
  const restored = await other.registry.touch(session.facts.id, ANYBODY);
  await restored?.link("a");
  expect(other.a.link.session).toEqual(one.a.link.session);
});

test("no session begins without the store, and the place is free again", async () => {
  const clock = { ms: 0 };
  const store = new FakeStore();
  const one = processOf(store, clock, "p1", 1);
  store.isAway = true;
  await expect(one.create()).rejects.toMatchObject({ code: "sessions-unavailable" });
  store.isAway = false;
  await expect(one.create()).resolves.toBeDefined();
});
