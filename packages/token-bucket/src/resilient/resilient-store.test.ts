import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { defineBucket } from "../bucket.ts";
import { monotonicClock, type Clock } from "../clock.ts";
import { tokenBucketStoreContract } from "../contract.ts";
import { TokenBucketError } from "../error.ts";
import { memoryStore } from "../memory.ts";
import type { TokenBucketStore } from "../store.ts";
import { resilientStore } from "./resilient-store.ts";

const bucket = defineBucket({ key: "k", capacity: 1_000, periodMicros: 10 ** 9 });
const lost = Object.assign(new Error("gone"), { errorClass: "timeout" });

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A shared store that answers while `up`. */
function sharedStore(now: Clock = monotonicClock) {
  const within = memoryStore({ now });
  const state = { up: true, asked: 0, error: lost as Error };
  const answer = <Answer>(take: () => Answer): Promise<Answer> => {
    state.asked += 1;
    return state.up ? Promise.resolve().then(take) : Promise.reject(state.error);
  };
  const store: TokenBucketStore = {
    take: (request) => answer(() => within.take(request)),
    takeBatch: (requests) => answer(() => within.takeBatch(requests)),
  };
  return { state, store };
}

function opened() {
  const { state, store: shared } = sharedStore();
  const degraded = vi.fn<(event: object) => void>();
  const restored = vi.fn<(event: object) => void>();
  const observer = { degraded, restored };
  const store = resilientStore({ shared, local: memoryStore(), observer, random: () => 0.5 });
  return { state, store, degraded, restored };
}

const sources = async (store: TokenBucketStore, count: number): Promise<readonly unknown[]> => {
  const found: unknown[] = [];
  for (let index = 0; index < count; index++)
    found.push((await store.take({ buckets: [bucket] })).source);
  return found;
};

describe("while the shared store answers", () => {
  tokenBucketStoreContract({ test }, (now) => {
    const { store: shared } = sharedStore(now);
    return { store: resilientStore({ shared, local: memoryStore({ now }) }) };
  });
});

describe("while the shared store is lost", () => {
  tokenBucketStoreContract({ test }, (now) => {
    const { state, store: shared } = sharedStore(now);
    state.up = false;
    const store = resilientStore({ shared, local: memoryStore({ now }) });
    return { store, close: () => store.close() };
  });
});

test("what the shared store does not answer is decided here, and after five of them it is not asked", async () => {
  const { state, store, degraded } = opened();
  expect(await sources(store, 2)).toEqual([undefined, undefined]);
  state.up = false;
  expect(await sources(store, 5)).toEqual(Array(5).fill("local"));
  expect(state.asked).toBe(7);
  expect(degraded.mock.calls).toEqual([[{ errorClass: "timeout", error: lost }]]);
  expect(store.take({ buckets: [bucket] })).toMatchObject({ allowed: true, source: "local" });
  expect(state.asked).toBe(7);
  store.close();
});

test("it returns by itself after three good probes, and tells how long that took and what was decided alone", async () => {
  const { state, store, restored } = opened();
  state.up = false;
  await sources(store, 8);
  await vi.advanceTimersByTimeAsync(250);
  expect(state.asked).toBe(6);
  state.up = true;
  await vi.advanceTimersByTimeAsync(500 + 250);
  expect(await sources(store, 1)).toEqual(["local"]);
  await vi.advanceTimersByTimeAsync(250);
  expect(restored.mock.calls).toEqual([
    [{ errorClass: "timeout", durationMs: 1250, localDecisions: 5 }],
  ]);
  expect(await sources(store, 1)).toEqual([undefined]);
  expect(store.health).toEqual({
    state: "healthy",
    localDecisions: 9,
    failures: { timeout: 6, connection: 0, auth: 0, other: 0 },
  });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(state.asked).toBe(10);
});

test("health tells since when and why the store is lost", async () => {
  const { state, store } = opened();
  state.up = false;
  state.error = new Error("strange");
  await sources(store, 5);
  await vi.advanceTimersByTimeAsync(100);
  expect(store.health).toMatchObject({ state: "degraded", errorClass: "other", degradedMs: 100 });
  store.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(state.asked).toBe(5);
});

test("a closed bucket is refused until the next probe is due", async () => {
  const { state, store } = opened();
  state.up = false;
  await sources(store, 5);
  await vi.advanceTimersByTimeAsync(100);
  const closed = defineBucket({
    key: "c",
    capacity: 1,
    periodMicros: 10 ** 9,
    onStoreFailure: "closed",
  });
  expect(store.take({ buckets: [closed] })).toMatchObject({
    allowed: false,
    reason: "store-lost",
    retryAfterMicros: 150_000,
  });
  store.close();
});

test("a mistake of the caller is thrown, and is no failure of the store", async () => {
  const { store } = opened();
  for (let time = 0; time < 10; time++) {
    await expect((async () => store.take({ buckets: [bucket], cost: -1 }))()).rejects.toThrow(
      TokenBucketError,
    );
  }
  expect(store.health).toMatchObject({ state: "healthy", localDecisions: 0 });
});

test("the members of a batch that got no answer are each decided alone", async () => {
  const { state, store } = opened();
  state.up = false;
  const decisions = await store.takeBatch([{ buckets: [bucket] }, { buckets: [bucket] }]);
  expect(decisions.map(({ source }) => source)).toEqual(["local", "local"]);
  expect(store.health.localDecisions).toBe(2);
});
