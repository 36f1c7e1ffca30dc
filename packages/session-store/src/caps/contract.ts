import assert from "node:assert/strict";
import { registerScenarios, type ContractRunner } from "../contract-runner.ts";
import type { SessionStore } from "../store/session-store.ts";
import type { UserCaps } from "./session-caps.ts";
import type { SessionCounter } from "./session-counter.ts";

/** A counter that has counted nothing, as two processes see it, and the sessions that it counts. */
export interface OpenedSessionCounter {
  readonly counter: SessionCounter;
  /** The same counter by another process; the same object where there is but one. */
  readonly other: SessionCounter;
  readonly store: SessionStore;
  /** Lets sessions and counts become older by so much. */
  readonly age: (byMs: number) => void | Promise<void>;
  readonly close?: () => void | Promise<void>;
}

/** Opens a counter with these caps, for sessions that live for `ttlMs` after their last use. */
export type OpenSessionCounter = (
  options: UserCaps & { readonly ttlMs: number },
) => OpenedSessionCounter | Promise<OpenedSessionCounter>;

const OPTIONS = { maxPerUser: 60, maxPerUserPerMinute: 40, ttlMs: 1_800_000 };

/** Registers one test per promise that every `SessionCounter` keeps. */
export function sessionCounterContract(runner: ContractRunner, open: OpenSessionCounter): void {
  registerScenarios(runner, () => open(OPTIONS), scenarios);
}

const scenarios: Readonly<Record<string, (opened: OpenedSessionCounter) => Promise<void>>> = {
  "a user begins so many sessions a minute, wherever, and is told when the next may": async (
    opened,
  ) => {
    assert.deepEqual(await tally(opened, names(50)), { admitted: 40, "user-too-fast": 10 });
    const refusal = await opened.counter.admit("ann", "next");
    assert.ok(refusal.outcome === "refused");
    assert.ok(refusal.retryAfterMs > 1000 && refusal.retryAfterMs <= 60_000);
    await opened.age(60_001);
    assert.deepEqual(await opened.counter.admit("ann", "next"), { outcome: "admitted" });
  },

  "a user has so many sessions at one time, wherever, and another user as many": async (opened) => {
    await fill(opened);
    assert.deepEqual(await tally(opened, names(10, "more")), { "user-full": 10 });
    assert.deepEqual(await opened.other.admit("bob", "bob's"), { outcome: "admitted" });
    const refusal = await opened.counter.admit("ann", "next");
    assert.ok(refusal.outcome === "refused" && refusal.retryAfterMs >= 1000);
  },

  "a session that was released makes room for one": async (opened) => {
    const { counter, other } = opened;
    await fill(opened);
    assert.deepEqual(await other.release("ann", "0-3"), { outcome: "released" });
    assert.deepEqual(await other.release("ann", "0-3"), { outcome: "released" });
    assert.deepEqual(await tally(opened, names(5, "more")), { admitted: 1, "user-full": 4 });
    assert.deepEqual(await counter.release("nobody", "nothing"), { outcome: "released" });
  },

  "a session is counted once, however often it is told": async ({ counter, other }) => {
    for (let index = 0; index < 100; index++) {
      assert.deepEqual(await (index % 2 === 0 ? counter : other).admit("ann", "one"), {
        outcome: "admitted",
      });
    }
  },

  "sessions that are over are found out, although nobody released them, and those in use are kept":
    async (opened) => {
      const { store, age } = opened;
      await fill(opened);
      for (const id of ["0-1", "0-2", "1-5"]) await store.create(id, "in use");
      for (let step = 0; step < 8; step++) {
        await age(OPTIONS.ttlMs / 4);
        for (const id of ["0-1", "0-2", "1-5"]) await store.read(id);
      }
      await store.end("1-5");
      assert.deepEqual(await tally(opened, names(40, "new")), { admitted: 40 });
      await age(60_001);
      assert.deepEqual(await tally(opened, names(40, "newer")), { admitted: 18, "user-full": 22 });
    },
};

function names(count: number, prefix = "0"): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

/** Begins as many sessions as a user may have. */
async function fill(opened: OpenedSessionCounter): Promise<void> {
  assert.deepEqual(await tally(opened, names(40, "0")), { admitted: 40 });
  await opened.age(60_001);
  assert.deepEqual(await tally(opened, names(20, "1")), { admitted: 20 });
  await opened.age(60_001);
}

/** How often there was each outcome when a user began sessions at once, in both processes. */
async function tally(
  { counter, other }: OpenedSessionCounter,
  ids: readonly string[],
): Promise<Record<string, number>> {
  const admissions = await Promise.all(
    ids.map((id, index) => (index % 2 === 0 ? counter : other).admit("ann", id)),
  );
  const counts: Record<string, number> = {};
  for (const admission of admissions) {
    const name = admission.outcome === "refused" ? admission.reason : admission.outcome;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
