import * as fc from "fast-check";
import { expect, test } from "vitest";
import { defineBucket } from "../bucket.ts";
import { memoryStore } from "../memory.ts";
import type { Decision } from "../store.ts";
import { DenyCache } from "./deny-cache.ts";

const MS = 1_000;
const START = 10 ** 12;

function bucketOf(key: string, more = {}) {
  return defineBucket({ key, capacity: 10, periodMicros: 10_000 * MS, ...more });
}

function cacheAt(most = 100) {
  const clock = { now: START };
  return { clock, cache: new DenyCache(most, () => clock.now) };
}

test("nothing is known of a bucket that did not refuse", () => {
  const { cache } = cacheAt();
  expect(cache.refusal({ buckets: [bucketOf("a")] }, 1)).toBeUndefined();
});

test("what refused is refused until the wait is over, counted from when the question left", () => {
  const { clock, cache } = cacheAt();
  const request = { buckets: [bucketOf("free"), bucketOf("a")] };
  clock.now += 3 * MS;
  cache.learn(request, 1, [{ index: 1, waitMicros: 700 * MS }], START);
  expect(cache.refusal(request, 1)).toEqual({ refusedBy: [1], retryAfterMicros: 700 * MS });
  clock.now = START + 700 * MS - 1;
  // The wait is told as the answer did: from when it came.
  expect(cache.refusal(request, 1)).toEqual({ refusedBy: [1], retryAfterMicros: 3 * MS + 1 });
  clock.now += 1;
  expect(cache.refusal(request, 1)).toBeUndefined();
  expect(cache.refusal(request, 2)).toMatchObject({ retryAfterMicros: 1000 * MS + 3 * MS });
});

test("a cheaper request may pass earlier than the dearer one that was refused", () => {
  const { clock, cache } = cacheAt();
  const buckets = [bucketOf("a", { weight: 2 })];
  cache.learn({ buckets }, 3, [{ index: 0, waitMicros: 4500 * MS }], START);
  expect(cache.refusal({ buckets }, 1)).toMatchObject({ retryAfterMicros: 500 * MS });
  clock.now += 500 * MS;
  expect(cache.refusal({ buckets }, 1)).toBeUndefined();
  expect(cache.refusal({ buckets }, 2)).toBeDefined();
});

test.each([
  ["an audited bucket", bucketOf("a", { audit: true }), 1, 5_000 * MS],
  ["a wait under two milliseconds", bucketOf("a"), 1, 2 * MS - 1],
  ["a cost above the capacity", bucketOf("a"), 11, 1],
])("%s is not remembered", (_, bucket, cost, waitMicros) => {
  const { cache } = cacheAt();
  cache.learn({ buckets: [bucket] }, cost, [{ index: 0, waitMicros }], START);
  expect(cache.refusal({ buckets: [{ ...bucket, audit: false }] }, 1)).toBeUndefined();
});

test("that a cost is above the capacity is left to the store to say", () => {
  const { cache } = cacheAt();
  const buckets = [bucketOf("a"), bucketOf("small", { capacity: 2, periodMicros: 1000 * MS })];
  cache.learn({ buckets }, 1, [{ index: 0, waitMicros: 700 * MS }], START);
  expect(cache.refusal({ buckets }, 3)).toBeUndefined();
});

test("auditing a bucket, or changing its limit, ends what was known of it", () => {
  const { cache } = cacheAt();
  cache.learn({ buckets: [bucketOf("a")] }, 1, [{ index: 0, waitMicros: 700 * MS }], START);
  expect(cache.refusal({ buckets: [bucketOf("a", { audit: true })] }, 1)).toBeUndefined();
  expect(cache.refusal({ buckets: [bucketOf("a", { capacity: 11 })] }, 1)).toBeUndefined();
  expect(cache.refusal({ buckets: [bucketOf("a")] }, 1)).toBeDefined();
});

test("the bucket that was heard of longest ago goes first", () => {
  const { cache } = cacheAt(2);
  const [a, b, c] = [bucketOf("a"), bucketOf("b"), bucketOf("c")];
  for (const bucket of [a, b, a, c])
    cache.learn({ buckets: [bucket] }, 1, [{ index: 0, waitMicros: 700 * MS }], START);
  const known = [a, b, c].map((bucket) => cache.refusal({ buckets: [bucket] }, 1) !== undefined);
  expect(known).toEqual([true, false, true]);
});

const step = fc.record({
  waitMicros: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 200_000 })),
  journeyMicros: fc.integer({ min: 0, max: 9_000 }),
  mask: fc.integer({ min: 1, max: 7 }),
  cost: fc.integer({ min: 1, max: 4 }),
  byAnother: fc.boolean(),
});

test("P20: no request is refused that the authority would admit, whatever others take and however long answers travel", () => {
  const buckets = [
    bucketOf("a", { weight: 2 }),
    bucketOf("b", { capacity: 4, periodMicros: 2_000 * MS }),
    bucketOf("c", { capacity: 3, periodMicros: 77_777 }),
  ];
  let denied = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 60 }), (steps) => {
      const { clock, cache } = cacheAt();
      const authority = memoryStore({ now: () => clock.now });
      for (const { waitMicros, journeyMicros, mask, cost, byAnother } of steps) {
        clock.now += waitMicros;
        const request = { buckets: buckets.filter((_, index) => (mask >> index) % 2 === 1) };
        const known = byAnother ? undefined : cache.refusal(request, cost);
        const sentMicros = clock.now;
        clock.now += known === undefined ? journeyMicros : 0;
        const decision = authority.take({ ...request, cost });
        if (known === undefined) {
          clock.now += journeyMicros;
          if (!byAnother) cache.learn(request, cost, shortOf(decision, request, cost), sentMicros);
          continue;
        }
        denied += 1;
        expect(decision).toMatchObject({ allowed: false });
        if (decision.allowed) continue;
        expect(decision.refusedBy).toEqual(expect.arrayContaining([...known.refusedBy]));
      }
    }),
    { numRuns: 500 },
  );
  expect(denied).toBeGreaterThan(500);
});

function shortOf(
  decision: Decision,
  request: { buckets: readonly ReturnType<typeof bucketOf>[] },
  cost: number,
) {
  if (decision.allowed) return [];
  return decision.refusedBy.map((index) => {
    const { tauMicros, emissionMicros, weight } = request.buckets[index]!;
    const owed = decision.states[index]?.resetMicros ?? 0;
    return { index, waitMicros: owed + cost * weight * emissionMicros - tauMicros };
  });
}
