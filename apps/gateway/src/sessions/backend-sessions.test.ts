import { expect, test } from "vitest";
import { sessionNamed } from "../backends/backend.fixture.ts";
import { BackendSessions } from "./backend-sessions.ts";
import { INITIAL_STATE, KeptState, type SessionState, type StateChange } from "./session-state.ts";

const [S0, S1, S2] = [sessionNamed("s0"), sessionNamed("s1"), sessionNamed("s2")];

/** Two processes that serve one session. */
function scene() {
  let stored: SessionState = INITIAL_STATE;
  const share = async (change: StateChange) => (stored = change(stored));
  const process = (processTag: string) => {
    const state = new KeptState(stored, share);
    const renewed: string[] = [];
    const sessions = new BackendSessions({
      state,
      processTag,
      renewed: (backend, why) => renewed.push(`${backend} ${why}`),
    });
    return { state, sessions, renewed, look: () => state.adopt(stored) };
  };
  return { one: process("p1"), other: process("p2"), process, stored: () => stored };
}

test("whoever is first to open a session is followed by the others", async () => {
  const { one, other, stored } = scene();
  expect(one.sessions.known("b")).toBeUndefined();
  expect(await one.sessions.began("b", S1)).toBeUndefined();
  expect(await other.sessions.began("b", S2)).toEqual(S1);
  expect(stored().backends.get("b")).toEqual(S1);
  other.look();
  expect(other.sessions.known("b")).toEqual(S1);
  expect([one.renewed, other.renewed]).toEqual([[], []]);
});

test("of two that open one at the same time exactly one is followed", async () => {
  const { one, other } = scene();
  const [mine, theirs] = await Promise.all([
    one.sessions.began("b", S1),
    other.sessions.began("b", S2),
  ]);
  expect([mine, theirs]).toEqual([undefined, S1]);
});

test("a session that a backend forgot is replaced once for all, and one process tells the client", async () => {
  const { one, other } = scene();
  await one.sessions.began("b", S0);
  other.look();
  expect(other.sessions.known("b")).toEqual(S0);
  expect(await one.sessions.reopened("b", S1)).toBeUndefined();
  // It has heard of the new one already, but its own link is still in the old one.
  other.look();
  expect(await other.sessions.reopened("b", S2)).toEqual(S1);
  expect([one.renewed, other.renewed]).toEqual([["b forgotten"], []]);
});

test("a session that is forgotten again is replaced again, by whoever finds out", async () => {
  const { one, other } = scene();
  await one.sessions.began("b", S0);
  other.look();
  other.sessions.known("b");
  await one.sessions.reopened("b", S1);
  expect(await other.sessions.reopened("b", S2)).toEqual(S1);
  expect(await other.sessions.reopened("b", S2)).toBeUndefined();
  expect(other.renewed).toEqual(["b forgotten"]);
});

test("what is bound to a process is begun anew by the next one, which tells the client", async () => {
  const { one, other, stored } = scene();
  await one.sessions.began("b", undefined);
  expect(stored().bound.get("b")).toBe("p1");
  expect(one.renewed).toEqual([]);
  other.look();
  await other.sessions.began("b", undefined);
  expect(stored().bound.get("b")).toBe("p2");
  expect(other.renewed).toEqual(["b moved"]);
});

test("what is bound to a process is bound no more when its link is gone, unless it moved", async () => {
  const { one, other, stored } = scene();
  await one.sessions.began("b", undefined);
  one.sessions.unbound("b");
  await expect.poll(() => stored().bound.size).toBe(0);
  await one.sessions.began("b", undefined);
  other.look();
  await other.sessions.began("b", undefined);
  one.sessions.unbound("b");
  await Promise.resolve();
  expect(stored().bound.get("b")).toBe("p2");
});

test("where there is one process nothing is kept, and the client is told of what was forgotten", async () => {
  const { process, stored } = scene();
  const alone = process("");
  expect(await alone.sessions.began("b", S1)).toBeUndefined();
  expect(await alone.sessions.reopened("b", S2)).toBeUndefined();
  expect(stored()).toBe(INITIAL_STATE);
  expect(alone.renewed).toEqual(["b forgotten"]);
});
