import * as fc from "fast-check";
import { expect, test } from "vitest";
import { defineBucket, type Bucket } from "./bucket.ts";
import { tokenBucketStoreContract } from "./contract.ts";
import { decide } from "./decide.ts";
import { memoryStore } from "./memory.ts";

const SECOND = 1_000_000;

tokenBucketStoreContract({ test }, (now) => ({ store: memoryStore({ now }) }));

function seconds(key: string, refill: number): Bucket {
  return defineBucket({ key, capacity: 1, periodMicros: refill * SECOND });
}

function storeOf(maxBuckets: number) {
  const clock = { now: 1000 * SECOND };
  return { clock, store: memoryStore({ now: () => clock.now, maxBuckets }) };
}

test("a decision is there at once, without a promise", () => {
  expect(memoryStore().take({ buckets: [seconds("a", 1)] }).allowed).toBe(true);
});

test("a looked-at bucket takes no room", () => {
  const { store } = storeOf(1);
  for (let index = 0; index < 50; index++)
    store.take({ buckets: [seconds(`${index}`, 60)], cost: 0 });
  expect(store.size).toBe(0);
});

test("repaid buckets make room as others come, without a timer", () => {
  const { clock, store } = storeOf(1_000_000);
  for (let index = 0; index < 5000; index++) {
    clock.now += 10_000;
    store.take({ buckets: [seconds(`${index}`, 1)] });
  }
  expect(store.size).toBeLessThanOrEqual(101);
});

test("a full store refuses a new bucket for exactly as long as no debt is repaid, and forgets none", () => {
  const { clock, store } = storeOf(2);
  store.take({ buckets: [seconds("a", 30)] });
  store.take({ buckets: [seconds("b", 20)] });
  const late = { buckets: [seconds("c", 5)] };
  expect(store.take(late)).toMatchObject({
    allowed: false,
    reason: "store-full",
    refusedBy: [0],
    retryAfterMicros: 20 * SECOND,
  });
  expect(store.take({ buckets: [seconds("a", 30)] })).toMatchObject({
    allowed: false,
    reason: "limit",
  });
  clock.now += 20 * SECOND - 1;
  expect(store.take(late)).toMatchObject({ reason: "store-full", retryAfterMicros: 1 });
  clock.now += 1;
  expect(store.take(late).allowed).toBe(true);
  expect(store.take({ buckets: [seconds("a", 30)] })).toMatchObject({
    allowed: false,
    retryAfterMicros: 10 * SECOND,
  });
});

test("a request that needs two places waits for the second of them", () => {
  const { clock, store } = storeOf(3);
  for (const wait of [30, 10, 20]) store.take({ buckets: [seconds(`old ${wait}`, wait)] });
  const pair = { buckets: [seconds("x", 1), seconds("y", 1)] };
  expect(store.take(pair)).toMatchObject({
    reason: "store-full",
    refusedBy: [0, 1],
    retryAfterMicros: 20 * SECOND,
  });
  clock.now += 20 * SECOND;
  expect(store.take(pair).allowed).toBe(true);
});

test("a charge moves a bucket back in the queue for room", () => {
  const { clock, store } = storeOf(2);
  const renewed = defineBucket({ key: "renewed", capacity: 10, periodMicros: 100 * SECOND });
  store.take({ buckets: [renewed] });
  store.take({ buckets: [seconds("other", 40)] });
  store.take({ buckets: [renewed], cost: 6 });
  expect(store.take({ buckets: [seconds("new", 1)] })).toMatchObject({
    retryAfterMicros: 40 * SECOND,
  });
  clock.now += 40 * SECOND;
  expect(store.take({ buckets: [seconds("new", 1)] }).allowed).toBe(true);
  expect(store.take({ buckets: [renewed], cost: 0 }).states[0]?.resetMicros).toBe(30 * SECOND);
});

test("room is never made by dropping a repaid bucket that the same request charges", () => {
  const { clock, store } = storeOf(2);
  store.take({ buckets: [seconds("mine", 1)] });
  store.take({ buckets: [seconds("other", 2)] });
  clock.now += 1 * SECOND;
  const both = { buckets: [seconds("mine", 1), seconds("new", 1)] };
  expect(store.take(both)).toMatchObject({
    reason: "store-full",
    refusedBy: [1],
    retryAfterMicros: 1 * SECOND,
  });
  clock.now += 1 * SECOND;
  expect(store.take(both).allowed).toBe(true);
  expect(store.take({ buckets: [seconds("mine", 1)] }).allowed).toBe(false);
});

test("after a step back of a year a full store empties within one tau, not within a year", () => {
  const { clock, store } = storeOf(2);
  store.take({ buckets: [seconds("a", 10)] });
  store.take({ buckets: [seconds("b", 20)] });
  clock.now -= 900 * SECOND;
  expect(store.take({ buckets: [seconds("c", 1)] })).toMatchObject({
    reason: "store-full",
    retryAfterMicros: 10 * SECOND,
  });
  clock.now += 10 * SECOND;
  expect(store.take({ buckets: [seconds("c", 1)] }).allowed).toBe(true);
});

test("a bound that cannot hold one request is a mistake, not a refusal", () => {
  expect(() => memoryStore({ maxBuckets: 0 })).toThrow(/maxBuckets is 0/);
  const { store } = storeOf(1);
  expect(() => store.take({ buckets: [seconds("a", 1), seconds("b", 1)] })).toThrow(
    /names 2 buckets; raise it/,
  );
});

const walk = fc.array(
  fc.record({
    keys: fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 4 }),
    cost: fc.integer({ min: 0, max: 3 }),
    stepMicros: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5 * SECOND })),
  }),
  { maxLength: 120 },
);

test("with few places every answer is that of a store that looks at all its buckets each time", () => {
  fc.assert(
    fc.property(walk, (steps) => {
      const { clock, store } = storeOf(5);
      const tats = new Map<string, number>();
      for (const { keys, cost, stepMicros } of steps) {
        clock.now += stepMicros;
        const buckets = keys.map((key) =>
          defineBucket({
            key: `${key}`,
            capacity: 1 + (key % 4),
            periodMicros: (1 + key) * SECOND,
          }),
        );
        const { allowed, reason, retryAfterMicros } = {
          reason: "",
          retryAfterMicros: 0,
          ...store.take({ buckets, cost }),
        };
        expect({ allowed, reason, retryAfterMicros }).toEqual(
          exhaustively(tats, buckets, cost, clock.now),
        );
      }
    }),
    { numRuns: 500 },
  );
});

function exhaustively(
  tats: Map<string, number>,
  buckets: readonly Bucket[],
  cost: number,
  now: number,
) {
  const outcome = decide(
    { buckets, cost },
    buckets.map(({ id }) => tats.get(id) ?? 0),
    now,
  );
  if (!outcome.decision.allowed) {
    return { allowed: false, reason: "limit", retryAfterMicros: outcome.decision.retryAfterMicros };
  }
  const names = buckets.map(({ id }) => id);
  const others = [...tats]
    .filter(([id, tat]) => tat > now && !names.includes(id))
    .map(([, tat]) => tat);
  const missing = cost === 0 ? 0 : others.length + buckets.length - 5;
  const wait = missing > 0 ? (others.toSorted((a, b) => a - b)[missing - 1] ?? 0) - now : 0;
  if (wait > 0) return { allowed: false, reason: "store-full", retryAfterMicros: wait };
  for (const [index, id] of names.entries()) tats.set(id, outcome.tats[index] ?? 0);
  return { allowed: true, reason: "", retryAfterMicros: 0 };
}
