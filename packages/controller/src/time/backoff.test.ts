import * as fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

const backoff = { baseMs: 50, maxMs: 30_000 };

test("without a failure nothing is waited for", () => {
  expect(backoffMs(backoff, 0, () => 0.5)).toBe(0);
});

test("without jitter the wait doubles up to its bound", () => {
  const waits = [1, 2, 3, 10, 11, 1000].map((failures) => backoffMs(backoff, failures, () => 0));
  expect(waits).toEqual([50, 100, 200, 25_600, 30_000, 30_000]);
});

test("jitter takes away no more than half, and never adds", () => {
  const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fraction, (failures, random) => {
      const full = backoffMs(backoff, failures, () => 0);
      const wait = backoffMs(backoff, failures, () => random);
      expect(wait).toBeGreaterThanOrEqual(full / 2);
      expect(wait).toBeLessThanOrEqual(full);
    }),
  );
});
