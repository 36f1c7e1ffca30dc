import * as fc from "fast-check";
import { expect, test } from "vitest";
import { defineBucket, type Bucket } from "./bucket.ts";
import { decide } from "./decide.ts";

const NOW = 2 ** 50;

const bucket = (key: number) =>
  fc
    .record({
      capacity: fc.integer({ min: 1, max: 1000 }),
      periodMicros: fc.integer({ min: 10_000, max: 10 ** 10 }),
      audit: fc.boolean(),
    })
    .map((limit) => defineBucket({ key: `${key}`, ...limit }));

const situation = fc.tuple(bucket(0), bucket(1), bucket(2), bucket(3)).chain((buckets) =>
  fc.record({
    buckets: fc.constant<readonly Bucket[]>(buckets),
    // From long repaid to more than empty, as after a clock that stepped back.
    tats: fc.tuple(
      ...buckets.map(({ tauMicros }) =>
        fc.integer({ min: NOW - tauMicros, max: NOW + 3 * tauMicros }),
      ),
    ),
    cost: fc.integer({ min: 0, max: 20 }),
  }),
);

const runs = { numRuns: 2000 };

test("P2: a refusal keeps every TAT, but for debt beyond an empty bucket", () => {
  fc.assert(
    fc.property(situation, ({ buckets, tats, cost }) => {
      const outcome = decide({ buckets, cost }, tats, NOW);
      if (outcome.decision.allowed) return;
      expect(outcome.tats).toEqual(
        tats.map((tat, index) => Math.min(tat, NOW + (buckets[index]?.tauMicros ?? 0))),
      );
    }),
    runs,
  );
});

test("P3: the verdict, indices and wait are those of exact arithmetic on each bucket", () => {
  fc.assert(
    fc.property(situation, ({ buckets, tats, cost }) => {
      const waits = buckets.map((one, index) => exactWait(one, tats[index] ?? 0, cost));
      const short = waits.flatMap((wait, index) =>
        wait === undefined || wait > 0n ? [index] : [],
      );
      const refusedBy = short.filter((index) => buckets[index]?.audit === false);
      const { decision } = decide({ buckets, cost }, tats, NOW);
      expect(decision.allowed).toBe(refusedBy.length === 0);
      expect(decision.auditRefusedBy).toEqual(
        short.filter((index) => buckets[index]?.audit === true),
      );
      if (decision.allowed) return;
      expect(decision.refusedBy).toEqual(refusedBy);
      const enforced = refusedBy.map((index) => waits[index]);
      const longest = enforced.includes(undefined)
        ? undefined
        : enforced.reduce((a, b) => ((a ?? 0n) > (b ?? 0n) ? a : b));
      expect(decision.retryAfterMicros).toBe(longest === undefined ? undefined : Number(longest));
    }),
    runs,
  );
});

function exactWait(one: Bucket, tat: number, cost: number): bigint | undefined {
  if (cost > one.capacity) return undefined;
  const emission = (BigInt(one.periodMicros) + BigInt(one.capacity) - 1n) / BigInt(one.capacity);
  const full = emission * BigInt(one.capacity);
  const owed = BigInt(tat) - BigInt(NOW);
  const level = full - (owed < 0n ? 0n : owed > full ? full : owed);
  const missing = BigInt(cost) * emission - level;
  return missing > 0n ? missing : 0n;
}

test("P6: every number that comes out is a whole one", () => {
  fc.assert(
    fc.property(situation, ({ buckets, tats, cost }) => {
      const { decision, tats: after } = decide({ buckets, cost }, tats, NOW);
      const numbers = [
        ...after,
        ...decision.states.flatMap((state) => Object.values(state) as number[]),
      ];
      expect(numbers.every((number) => Number.isSafeInteger(number))).toBe(true);
    }),
    runs,
  );
});

test("P7: reckoned at an earlier time a bucket never holds more, and never owes more than when empty", () => {
  fc.assert(
    fc.property(
      situation,
      fc.integer({ min: 1, max: 10 ** 12 }),
      ({ buckets, tats }, stepMicros) => {
        const before = decide({ buckets, cost: 0 }, tats, NOW).decision.states;
        const after = decide({ buckets, cost: 0 }, tats, NOW - stepMicros).decision.states;
        for (const [index, state] of after.entries()) {
          expect(state.remaining).toBeLessThanOrEqual(before[index]?.remaining ?? 0);
          expect(state.resetMicros).toBeLessThanOrEqual(buckets[index]?.tauMicros ?? 0);
        }
      },
    ),
    runs,
  );
});

test("P8: reckoned at a later time a bucket holds at most its capacity", () => {
  fc.assert(
    fc.property(
      situation,
      fc.integer({ min: 0, max: 10 ** 12 }),
      ({ buckets, tats }, jumpMicros) => {
        const { states } = decide({ buckets, cost: 0 }, tats, NOW + jumpMicros).decision;
        expect(
          states.every((state, index) => state.remaining <= (buckets[index]?.capacity ?? 0)),
        ).toBe(true);
      },
    ),
    runs,
  );
});

test("P10: the same request passes after the wait and not a microsecond earlier", () => {
  fc.assert(
    fc.property(situation, ({ buckets, tats, cost }) => {
      const first = decide({ buckets, cost }, tats, NOW);
      if (first.decision.allowed || first.decision.retryAfterMicros === undefined) return;
      const later = NOW + first.decision.retryAfterMicros;
      expect(decide({ buckets, cost }, first.tats, later - 1).decision.allowed).toBe(false);
      expect(decide({ buckets, cost }, first.tats, later).decision.allowed).toBe(true);
    }),
    runs,
  );
});

test("the next unit is there after nextUnitMicros, and not a microsecond earlier", () => {
  fc.assert(
    fc.property(situation, ({ buckets, tats }) => {
      const first = decide({ buckets, cost: 0 }, tats, NOW);
      const remainingAt = (micros: number, index: number) =>
        decide({ buckets, cost: 0 }, first.tats, micros).decision.states[index]?.remaining;
      for (const [index, { remaining, nextUnitMicros }] of first.decision.states.entries()) {
        const step = nextUnitMicros === 0 ? 0 : 1;
        expect(remainingAt(NOW + nextUnitMicros, index)).toBe(remaining + step);
        expect(remainingAt(NOW + nextUnitMicros - step, index)).toBe(remaining);
        expect(step).toBe(remaining === buckets[index]?.capacity ? 0 : 1);
      }
    }),
    runs,
  );
});

test("P17: a peek is always allowed and charges nothing", () => {
  fc.assert(
    fc.property(situation, ({ buckets, tats }) => {
      const peek = decide({ buckets, cost: 0 }, tats, NOW);
      expect(peek.decision.allowed).toBe(true);
      expect(peek.tats.every((tat, index) => tat <= (tats[index] ?? 0))).toBe(true);
    }),
    runs,
  );
});
