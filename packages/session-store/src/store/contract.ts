import assert from "node:assert/strict";
import { registerScenarios, type ContractRunner } from "../contract-runner.ts";
import type { SessionRecord, SessionStore } from "./session-store.ts";

/** A fresh, empty store as two processes see it, and what else the suite needs of it. */
export interface OpenedSessionStore {
  readonly store: SessionStore;
  /** The same store by another process; the same object where there is but one. */
  readonly other: SessionStore;
  /** Lets everything in the store become older by so much, whether or not time goes by for anybody else. */
  readonly age: (byMs: number) => void | Promise<void>;
  /** Loses a record without a trace. */
  readonly forget: (id: string) => void | Promise<void>;
  readonly close?: () => void | Promise<void>;
}

/** Opens an empty store whose sessions live for `ttlMs` after their last use. */
export type OpenSessionStore = (ttlMs: number) => OpenedSessionStore | Promise<OpenedSessionStore>;

const TTL_MS = 600_000;
const ID = "an-id-of-a-session";

/** Registers one test per promise that every `SessionStore` keeps. */
export function sessionStoreContract(runner: ContractRunner, open: OpenSessionStore): void {
  registerScenarios(runner, () => open(TTL_MS), { ...lives, ...writes, ...ends, ...losses });
}

type Scenarios = Readonly<Record<string, (opened: OpenedSessionStore) => Promise<void>>>;

const lives: Scenarios = {
  "what was created is read by every process, with revision 1": async ({ store, other }) => {
    assert.deepEqual(await store.create(ID, "first"), {
      outcome: "created",
      record: { value: "first", revision: 1 },
    });
    assert.deepEqual(await valueOf(other), { value: "first", revision: 1 });
    assert.deepEqual(await other.peek(ID), await other.read(ID));
  },

  "an id is given once": async ({ store, other }) => {
    await store.create(ID, "first");
    assert.deepEqual(await other.create(ID, "second"), { outcome: "exists" });
    assert.deepEqual(await valueOf(store), { value: "first", revision: 1 });
  },

  "of many that create one id, one succeeds": async ({ store, other }) => {
    const racers = Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? store : other).create(ID, `${index}`),
    );
    const outcomes = (await Promise.all(racers)).map(({ outcome }) => outcome);
    assert.deepEqual(outcomes.filter((outcome) => outcome === "created").length, 1);
    assert.deepEqual(outcomes.filter((outcome) => outcome === "exists").length, 9);
  },

  "an id that never was is missing": async ({ store }) => {
    assert.deepEqual(await store.read(ID), { outcome: "missing" });
    assert.deepEqual(await store.peek(ID), { outcome: "missing" });
    assert.deepEqual(await store.update(ID, (value) => `${value}!`), { outcome: "missing" });
  },

  "any text comes back as it was": async ({ store }) => {
    for (const [index, value] of [
      "",
      " ",
      "ended",
      "1 a",
      "ä\u0000€😀\n\r",
      "x".repeat(100_000),
    ].entries()) {
      await store.create(`${ID}-${index}`, value);
      assert.deepEqual(await store.read(`${ID}-${index}`), {
        outcome: "found",
        record: { value, revision: 1 },
      });
    }
  },

  "a session never ends before its TTL, and ends a tenth later at the latest": async ({
    store,
    age,
  }) => {
    await store.create(ID, "value");
    await age(TTL_MS);
    assert.equal((await store.peek(ID)).outcome, "found");
    await age(TTL_MS * 0.11);
    assert.deepEqual(await store.read(ID), { outcome: "missing" });
  },

  "any use begins the TTL anew, also one that writes nothing": async ({ store, other, age }) => {
    const stale = { value: "a", revision: 1 };
    await store.create(ID, "a");
    await store.update(ID, () => "b");
    const uses = [
      () => other.read(ID),
      () => other.update(ID, () => "b"),
      () => other.update(ID, () => "b", stale),
      () => other.restoreMissing(ID, stale),
    ];
    for (const use of uses) {
      await age(TTL_MS * 0.9);
      await use();
    }
    await age(TTL_MS * 0.9);
    assert.deepEqual(await store.peek(ID), {
      outcome: "found",
      record: { value: "b", revision: 2 },
    });
  },

  "each read and each write begins the TTL anew, and a peek does not": async ({ store, age }) => {
    await store.create(ID, "value");
    await age(TTL_MS * 0.9);
    assert.equal((await store.read(ID)).outcome, "found");
    await age(TTL_MS * 0.9);
    assert.equal((await store.update(ID, () => "new")).outcome, "updated");
    await age(TTL_MS * 0.9);
    assert.equal((await store.peek(ID)).outcome, "found");
    await age(TTL_MS * 0.21);
    assert.deepEqual(await store.peek(ID), { outcome: "missing" });
  },
};

const writes: Scenarios = {
  "a write is seen by every process, with the next revision": async ({ store, other }) => {
    await store.create(ID, "a");
    const updated = { outcome: "updated", record: { value: "ab", revision: 2 } };
    assert.deepEqual(await store.update(ID, (value) => `${value}b`), updated);
    assert.deepEqual(await valueOf(other), { value: "ab", revision: 2 });
  },

  "a write upon a stale record is made upon the current one": async ({ store, other }) => {
    await store.create(ID, "a");
    const stale = await valueOf(other);
    await store.update(ID, (value) => `${value}b`);
    const outcome = await other.update(ID, (value) => `${value}c`, stale);
    assert.deepEqual(outcome, { outcome: "updated", record: { value: "abc", revision: 3 } });
  },

  "no write of many at once is lost, whoever makes it": async ({ store, other }) => {
    await store.create(ID, "");
    const known = await valueOf(store);
    const names = Array.from({ length: 16 }, (_, index) => String.fromCodePoint(97 + index));
    const racers = names.map((name, index) =>
      (index % 2 === 0 ? store : other).update(ID, (value) => value + name, known),
    );
    for (const { outcome } of await Promise.all(racers)) assert.equal(outcome, "updated");
    const { value, revision } = await valueOf(store);
    assert.deepEqual(value.split("").toSorted(), names);
    assert.equal(revision, names.length + 1);
  },

  "a change that changes nothing writes nothing": async ({ store, other }) => {
    await store.create(ID, "a");
    assert.deepEqual(await other.update(ID, (value) => value), {
      outcome: "updated",
      record: { value: "a", revision: 1 },
    });
    assert.deepEqual(await valueOf(store), { value: "a", revision: 1 });
  },

  "a value that is too large is refused, and what was there stays": async ({ store }) => {
    const large = "x".repeat(256 * 1024 + 1);
    await store.create(ID, "a");
    const isTooLarge = { code: "value-too-large" };
    await assert.rejects(store.create(`${ID}-2`, large), isTooLarge);
    await assert.rejects(
      store.update(ID, () => large),
      isTooLarge,
    );
    assert.deepEqual(await valueOf(store), { value: "a", revision: 1 });
  },
};

const ends: Scenarios = {
  "an ended session is ended for every process, and told apart from one that never was": async ({
    store,
    other,
  }) => {
    await store.create(ID, "a");
    assert.deepEqual(await other.end(ID), { outcome: "ended", was: "live" });
    assert.deepEqual(await store.read(ID), { outcome: "ended" });
    assert.deepEqual(await store.peek(ID), { outcome: "ended" });
    assert.deepEqual(await store.end(ID), { outcome: "ended", was: "ended" });
    assert.deepEqual(await store.end(`${ID}-2`), { outcome: "ended", was: "missing" });
    assert.deepEqual(await store.read(`${ID}-2`), { outcome: "ended" });
  },

  "nothing brings an ended session back: no write, no second beginning, no copy of it": async ({
    store,
    other,
  }) => {
    await store.create(ID, "a");
    const known = await valueOf(other);
    await store.end(ID);
    assert.deepEqual(await other.update(ID, (value) => `${value}!`, known), { outcome: "ended" });
    assert.deepEqual(await other.create(ID, "b"), { outcome: "exists" });
    assert.deepEqual(await other.restoreMissing(ID, known), { outcome: "ended" });
    assert.deepEqual(await store.read(ID), { outcome: "ended" });
  },

  "an end is remembered for as long as anybody may hold the session": async ({ store, age }) => {
    await store.create(ID, "a");
    await store.end(ID);
    await age(TTL_MS * 1.09);
    assert.deepEqual(await store.peek(ID), { outcome: "ended" });
  },
};

const losses: Scenarios = {
  "a record that the store has lost is put back as it was": async ({ store, other, forget }) => {
    await store.create(ID, "a");
    await store.update(ID, () => "b");
    const known = await valueOf(other);
    await forget(ID);
    assert.deepEqual(await store.read(ID), { outcome: "missing" });
    const restored = await other.restoreMissing(ID, known);
    assert.deepEqual(restored, { outcome: "restored", record: { value: "b", revision: 2.5 } });
    assert.deepEqual(await valueOf(store), { value: "b", revision: 2.5 });
  },

  "of what is put back the latest revision wins, whoever is first": async ({ store, other }) => {
    const second = { value: "second", revision: 2.5 };
    await store.create(ID, "first");
    const restored = await other.restoreMissing(ID, { value: "second", revision: 2 });
    assert.deepEqual(restored, { outcome: "restored", record: second });
    for (const revision of [1, 2, 2.5]) {
      const late = await store.restoreMissing(ID, { value: "late", revision });
      assert.deepEqual(late, { outcome: "exists", record: second });
    }
    const third = await store.restoreMissing(ID, { value: "third", revision: 3 });
    assert.deepEqual(third, { outcome: "restored", record: { value: "third", revision: 3.5 } });
  },

  "what was written after something was put back wins over all that is from before": async ({
    store,
    other,
  }) => {
    await store.restoreMissing(ID, { value: "a", revision: 1 });
    const known = await valueOf(other);
    assert.equal((await other.update(ID, (value) => `${value}b`, known)).outcome, "updated");
    const late = await store.restoreMissing(ID, { value: "late", revision: 500 });
    assert.equal(late.outcome, "exists");
    assert.equal((await valueOf(store)).value, "ab");
    assert.equal((await store.update(ID, (value) => `${value}c`)).outcome, "updated");
    assert.equal((await valueOf(other)).value, "abc");
  },

  "a record that was put back lives for a whole TTL": async ({ store, age }) => {
    await store.restoreMissing(ID, { value: "a", revision: 7 });
    await age(TTL_MS);
    assert.deepEqual(await store.peek(ID), {
      outcome: "found",
      record: { value: "a", revision: 7.5 },
    });
  },
};

async function valueOf(store: SessionStore): Promise<SessionRecord> {
  const outcome = await store.read(ID);
  if (outcome.outcome !== "found") return assert.fail(`expected a record, not ${outcome.outcome}`);
  return outcome.record;
}
