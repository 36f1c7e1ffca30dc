import { expect, test } from "vitest";
import { profileOf } from "../backends/backend.fixture.ts";
import type { ClientProfile } from "../backends/port.ts";
import { ANONYMOUS, type Caller } from "../identity/caller.ts";
import { SessionRegistry } from "./registry.ts";
import { FakeResponse } from "./response.fixture.ts";
import { contextOf } from "./session.fixture.ts";
import type { Session } from "./session.ts";

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
    ended: ({ facts }, why) => ended.push(`${facts.classKey} ${why}`),
  });
  const create = (profile: ClientProfile = profileOf()): Session =>
    registry.create({
      protocolVersion: "2025-11-25",
      profile,
      classKey: "class",
      caller: ANONYMOUS,
    });
  return { clock, registry, ended, create, a, budget: context.streamLimits.budget };
}

const UNENDING = { cancel: () => undefined, giveUp: () => undefined };

test("every session has an id of visible ASCII that no other has", () => {
  const { create } = scene(200);
  const ids = Array.from({ length: 200 }, () => create().facts.id);
  expect(new Set(ids).size).toBe(200);
  for (const id of ids) expect(id).toMatch(/^[\x21-\x7e]{22,}$/);
});

test("a session is there for the caller who began it alone, and others do not keep it alive", () => {
  const { clock, registry } = scene();
  const alice: Caller = { kind: "user", userKey: "a" };
  const { id } = registry.create({
    protocolVersion: "2025-11-25",
    profile: profileOf(),
    classKey: "class",
    caller: alice,
  }).facts;
  clock.ms += TTL_MS;
  for (const other of [ANONYMOUS, { kind: "user", userKey: "b" }, { kind: "local", userKey: "a" }])
    expect(registry.touch(id, other as Caller)).toBeUndefined();
  expect(registry.touch(id, { ...alice })?.facts.id).toBe(id);
  clock.ms += TTL_MS;
  registry.touch(id, ANONYMOUS);
  clock.ms += 1;
  registry.sweep();
  expect(registry.touch(id, alice)).toBeUndefined();
});

test("a session lives on with every use, and ends when it was not used for its time", () => {
  const { clock, registry, ended, create } = scene();
  const { id } = create().facts;
  for (let n = 0; n < 5; n++) {
    clock.ms += TTL_MS;
    registry.sweep();
    expect(registry.touch(id, ANONYMOUS)).toBeDefined();
  }
  clock.ms += TTL_MS;
  registry.sweep();
  expect(registry.size).toBe(1);
  clock.ms += 1;
  registry.sweep();
  expect(registry.touch(id, ANONYMOUS)).toBeUndefined();
  expect(ended).toEqual(["class expired"]);
});

test("a session with an open stream or a call under way is in use", () => {
  const { clock, registry, create } = scene();
  const [listening, calling] = [create(), create()];
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

test("a call whose client went away for good does not keep its session for ever", () => {
  const { clock, registry, create } = scene();
  const session = create();
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

test("over the cap no session is made, and one that ends makes room", () => {
  const { registry, create } = scene(2);
  const { id } = create().facts;
  create();
  expect(() => registry.requireRoom()).toThrow("holds its 2 sessions already");
  expect(() => create()).toThrow("holds its 2 sessions already");
  registry.delete(id);
  expect(() => create()).not.toThrow();
});

test("a deleted session is gone at once, with its links and what its streams kept", async () => {
  const { registry, ended, create, a, budget } = scene();
  const session = create();
  await session.link("a");
  session.notify("x");
  expect(budget.used).toBeGreaterThan(0);
  expect(registry.delete(session.facts.id)).toBe(true);
  expect(registry.touch(session.facts.id, ANONYMOUS)).toBeUndefined();
  expect(registry.delete(session.facts.id)).toBe(false);
  expect(ended).toEqual(["class deleted"]);
  expect(budget.used).toBe(0);
  await expect.poll(() => a.link.closed).toBe(true);
});

test("streams that are over are forgotten after the time to resume", () => {
  const { clock, registry, create } = scene();
  const session = create();
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

test("sessions of equal clients share what the clients said of themselves", () => {
  const { create } = scene();
  const said = () => profileOf({ capabilities: '{"roots":{}}', headers: { "x-a": "1" } });
  const [one, other, different] = [create(said()), create(said()), create(profileOf())];
  expect(other.facts.profile).toBe(one.facts.profile);
  expect(different.facts.profile).not.toBe(one.facts.profile);
});

test("what is held is counted", () => {
  const { registry, create } = scene();
  const session = create();
  create();
  session.streams.standalone.attach(new FakeResponse().asResponse);
  session.notify("x");
  expect(registry.held()).toEqual({ sessions: 2, streams: 1, events: 1 });
});

test("keep-alives go to every open stream", () => {
  const { registry, create } = scene();
  const response = new FakeResponse();
  create();
  create().streams.standalone.attach(response.asResponse);
  registry.keepStreamsAlive();
  expect(response.written).toBe(": keep-alive\n\n");
});

test("closing ends every session and counts each out of its class", async () => {
  const { registry, ended, create, a } = scene();
  await create().link("a");
  create();
  await registry.close();
  expect(ended).toEqual(["class shutdown", "class shutdown"]);
  expect(registry.size).toBe(0);
  expect(a.link.closed).toBe(true);
});
