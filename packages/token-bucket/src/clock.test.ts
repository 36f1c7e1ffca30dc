import { expect, test } from "vitest";
import { monotonicClock } from "./clock.ts";

test("the default clock reads whole microseconds since 2025 and never steps back", () => {
  const readings = Array.from({ length: 1000 }, () => monotonicClock());
  expect(readings.every((reading) => Number.isSafeInteger(reading) && reading > 0)).toBe(true);
  expect(readings.toSorted((a, b) => a - b)).toEqual(readings);
  expect(Math.abs((readings[0] ?? 0) / 1000 - (Date.now() - Date.UTC(2025, 0, 1)))).toBeLessThan(
    60_000,
  );
});
