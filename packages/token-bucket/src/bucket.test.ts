import * as fc from "fast-check";
import { expect, test } from "vitest";
import { defineBucket, MIN_EMISSION_MICROS } from "./bucket.ts";

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;

const spec = fc
  .record({
    key: fc.string(),
    capacity: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    periodMicros: fc.integer({ min: 1, max: 3650 * DAY }),
  })
  .filter(({ capacity, periodMicros }) => periodMicros / capacity >= MIN_EMISSION_MICROS);

test("P5: the rate is never above the configured one, and below it by less than 1 µs per unit", () => {
  fc.assert(
    fc.property(spec, (limit) => {
      const { emissionMicros } = defineBucket(limit);
      const exact = [
        BigInt(emissionMicros) * BigInt(limit.capacity),
        BigInt(limit.periodMicros),
      ] as const;
      expect(exact[0] >= exact[1]).toBe(true);
      expect(exact[0] - exact[1] < BigInt(limit.capacity)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test("P6: every quantity is a whole number, and a time plus a debt stays below 2^53", () => {
  fc.assert(
    fc.property(spec, (limit) => {
      const { emissionMicros, tauMicros, capacity } = defineBucket(limit);
      expect(Number.isSafeInteger(emissionMicros) && Number.isSafeInteger(tauMicros)).toBe(true);
      expect(BigInt(tauMicros)).toBe(BigInt(emissionMicros) * BigInt(capacity));
      expect(Number.isSafeInteger(2 ** 52 + tauMicros - 1)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test("P15: a capacity that refills faster than every 10 µs is refused with what to change", () => {
  expect(() =>
    defineBucket({ key: "shared", capacity: 2 ** 31 - 1, periodMicros: SECOND }),
  ).toThrow(
    'bucket "shared" refills a unit faster than every 10 µs; lower capacity or lengthen periodMicros',
  );
  expect(
    defineBucket({ key: "shared", capacity: 2 ** 31 - 1, periodMicros: 30 * DAY }).emissionMicros,
  ).toBe(1207);
  expect(
    defineBucket({ key: "shared", capacity: 100_000, periodMicros: SECOND }).emissionMicros,
  ).toBe(10);
});

test("P16: one unit in thirty days has an exact emission interval", () => {
  expect(defineBucket({ key: "m", capacity: 1, periodMicros: 30 * DAY }).emissionMicros).toBe(
    2_592_000_000_000,
  );
});

test.each([
  ["capacity", { capacity: 0, periodMicros: SECOND }],
  ["capacity", { capacity: 1.5, periodMicros: SECOND }],
  ["capacity", { capacity: Number.NaN, periodMicros: SECOND }],
  ["periodMicros", { capacity: 1, periodMicros: -1 }],
  ["periodMicros", { capacity: 1, periodMicros: 2 ** 53 }],
  ["142 years", { capacity: 1, periodMicros: 2 ** 52 + 1 }],
])("a limit with a bad %s is refused", (what, limit) => {
  expect(() => defineBucket({ key: "k", ...limit })).toThrow(what);
});

test("two limits share an identity exactly when key, capacity and period are equal, whatever the key holds", () => {
  const tricky = fc.record({
    key: fc.string({ unit: fc.constantFrom("1", "2", "/", ":", "a"), maxLength: 5 }),
    owner: fc.option(fc.string({ unit: fc.constantFrom("1", "2", "/", ":", "a"), maxLength: 5 }), {
      nil: undefined,
    }),
    capacity: fc.integer({ min: 1, max: 3 }),
    periodMicros: fc.integer({ min: 100, max: 103 }),
  });
  fc.assert(
    fc.property(tricky, tricky, (a, b) => {
      const equal =
        a.key === b.key &&
        a.owner === b.owner &&
        a.capacity === b.capacity &&
        a.periodMicros === b.periodMicros;
      expect(defineBucket(a).id === defineBucket(b).id).toBe(equal);
    }),
    { numRuns: 2000 },
  );
});

test("auditing a limit does not change its identity, so turning it on or off keeps its debt", () => {
  const limit = { key: "k", capacity: 1, periodMicros: SECOND };
  expect(defineBucket({ ...limit, audit: true }).id).toBe(defineBucket(limit).id);
});
