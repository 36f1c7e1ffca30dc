import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { profileOf } from "../backends/backend.fixture.ts";
import type { ClientProfile } from "../backends/port.ts";
import { ANONYMOUS, type Caller } from "../identity/caller.ts";
import type { Asker } from "./registry-options.ts";
import { SessionRegistry } from "./registry.ts";
import { FakeResponse } from "./response.fixture.ts";
import { contextOf } from "./session.fixture.ts";
import type { Session } from "./session.ts";

const ANYBODY: Asker = { caller: ANONYMOUS, passed: {} };
const TTL_MS = 1_000;
const RESUME_MS = 100;

function scene(maxSessions = 10) {
  const clock = { ms: 0 };
  const { context, a } = contextOf(clock);
  const ended: string[] = [];
  const registry = new SessionRegistry({
    context,
    ttlMs: TTL_MS,
    maxSessions,
    resumeWindowMs: RESUME_MS,
    now: () => clock.ms,
    newId: randomUUID,
    join: async () => "class",
    leave: () => undefined,
    refused: () => undefined,
    restored: () => undefined,
    ended: ({ facts }, why) => ended.push(`${facts.classKey} ${why}`),
  });
  const create = (profile: ClientProfile = profileOf()): Promise<Session> =>
    registry.create({
      protocolVersion: "2025-11-25",
      profile,
      classKey: "class",
      caller: ANONYMOUS,
    });
  return { clock, registry, ended, create, a, budget: context.streamLimits.budget };
}

const UNENDING = { cancel: () => undefined, giveUp: () => undefined };

test("every session has an id of visible ASCII that no other has", async () => {
  const { create } = scene(200);
  const sessions = await Promise.all(Array.from({ length: 200 }, () => create()));
  const ids = sessions.map(({ facts }) => facts.id);
  expect(new Set(ids).size).toBe(200);
  for (const id of ids) expect(id).toMatch(/^[\x21-\x7e]{22,}$/);
});

test("a session is there for the caller who began it alone, and others do not keep it alive", async () => {
  const { clock, registry } = scene();
  const alice: Caller = { kind: "user", userKey: "a" };
  const {
    facts: { id },
  } = await registry.create({
    protocolVersion: "2025-11-25",
    profile: profileOf(),
    classKey: "class",
    caller: alice,
  });
  clock.ms += TTL_MS;
  for (const other of [ANONYMOUS, { kind: "user", userKey: "b" }, { kind: "local", userKey: "a" }])
    expect(registry.touch(id, { caller: other as Caller, passed: {} })).toBeUndefined();
  expect(registry.touch(id, { caller: { ...alice }, passed: {} })).toMatchObject({ facts: { id } });
  clock.ms += TTL_MS;
  void registry.touch(id, ANYBODY);
  clock.ms += 1;
  registry.sweep();
  expect(registry.touch(id, { caller: alice, passed: {} })).toBeUndefined();
});

test("a session lives on with every use, and ends when it was not used for its time", async () => {
  const { clock, registry, ended, create } = scene();
  const { id } = (await create()).facts;
  for (let n = 0; n < 5; n++) {
    clock.ms += TTL_MS;
    registry.sweep();
    expect(registry.touch(id, ANYBODY)).toBeDefined();
  }
  clock.ms += TTL_MS;
  registry.sweep();
  expect(registry.size).toBe(1);
  clock.ms += 1;
  registry.sweep();
  expect(registry.touch(id, ANYBODY)).toBeUndefined();
  expect(ended).toEqual(["class expired"]);
});

test("a session with an open stream or a call under way is in use", async () => {
  const { clock, registry, create } = scene();
  const [listening, calling] = [await create(), await create()];
  const response = new FakeResponse();
  listening.streams.standalone.attach(response.asResponse);
  calling.begin("n1", UNENDING);
  clock.ms += 10 * TTL_MS;
  registry.sweep();
  expect(registry.size).toBe(2);
  response.vanish();
  calling.finish("n1");
  clock.ms += TTL_MS + 1;
  registry.sweep();
  expect(registry.size).toBe(0);
});

test("a call whose client went away for good does not keep its session for ever", async () => {
  const { clock, registry, create } = scene();
  const session = await create();
  session.begin("n1", UNENDING);
  const response = new FakeResponse();
  session.streams.create().attach(response.asResponse);
  clock.ms += 5 * TTL_MS;
  registry.sweep();
  expect(registry.size).toBe(1);
  response.vanish();
  clock.ms += TTL_MS;
  registry.sweep();
  expect(registry.size).toBe(1);
  clock.ms += 1;
  registry.sweep();
  expect(registry.size).toBe(0);
});

test("over the cap no session is made, and one that ends makes room", async () => {
  const { registry, create } = scene(2);
  const { id } = (await create()).facts;
  await create();
  expect(() => registry.requireRoom()).toThrow("holds its 2 sessions already");
  await expect(create()).rejects.toThrow("holds its 2 sessions already");
  await registry.delete(id);
  await expect(create()).resolves.toBeDefined();
});

test("a deleted session is gone at once, with its links and what its streams kept", async () => {
  const { registry, ended, create, a, budget } = scene();
  const session = await create();
  await session.link("a");
  session.notify("x");
  expect(budget.used).toBeGreaterThan(0);
  expect(await registry.delete(session.facts.id)).toBe(true);
  expect(registry.touch(session.facts.id, ANYBODY)).toBeUndefined();
  expect(await registry.delete(session.facts.id)).toBe(false);
  expect(ended).toEqual(["class deleted"]);
  expect(budget.used).toBe(0);
  await expect.poll(() => a.link.closed).toBe(true);
});

test("streams that are over are forgotten after the time to resume", async () => {
  const { clock, registry, create } = scene();
  const session = await create();
  const stream = session.streams.create();
  stream.push("x");
  stream.end(clock.ms);
  clock.ms += RESUME_MS;
  registry.sweep();
  expect(session.streams.keptEvents).toBe(1);
  clock.ms += 1;
  registry.sweep();
  expect(session.streams.keptEvents).toBe(0);
});

test("sessions of equal clients share what the clients said of themselves", async () => {
  const { create } = scene();
  const said = () => profileOf({ capabilities: '{"roots":{}}', headers: { "x-a": "1" } });
  const [one, other, different] = [
    await create(said()),
    await create(said()),
    await create(profileOf()),
  ];
  expect(other.facts.profile).toBe(one.facts.profile);
  expect(different.facts.profile).not.toBe(one.facts.profile);
});

test("what is held is counted", async () => {
  const { registry, create } = scene();
  const session = await create();
  await create();
  session.streams.standalone.attach(new FakeResponse().asResponse);
  session.notify("x");
  await session.link("a");
  expect(registry.held()).toEqual({
    sessions: 2,
    streams: 1,
    events: 1,
    backendSessions: new Map([["a", 1]]),
  });
});

test("keep-alives go to every open stream", async () => {
  const { registry, create } = scene();
  const response = new FakeResponse();
  await create();
  (await create()).streams.standalone.attach(response.asResponse);
  registry.keepStreamsAlive();
  expect(response.written).toBe(": keep-alive\n\n");
});

test("closing ends every session and counts each out of its class", async () => {
  const { registry, ended, create, a } = scene();
  await (await create()).link("a");
  await create();
  await registry.close();
  expect(ended).toEqual(["class shutdown", "class shutdown"]);
  expect(registry.size).toBe(0);
  expect(a.link.closed).toBe(true);
});
