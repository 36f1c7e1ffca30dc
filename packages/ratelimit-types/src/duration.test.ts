import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseDuration } from "./duration.ts";

const MICROSECONDS = {
  us: 1,
  µs: 1,
  μs: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
};

test.each([
  ["1m0s", 60_000_000],
  ["1.5h", 5_400_000_000],
  ["720h", 2_592_000_000_000],
  ["250ms", 250_000],
  ["1h2m3.5s", 3_723_500_000],
  [".5s", 500_000],
  ["1.s", 1_000_000],
  ["0", 0],
  ["0s", 0],
  ["1µs", 1],
  ["1μs", 1],
  ["1999ns", 1],
  ["0.0000019s", 1],
  ["876000h", 3_153_600_000_000_000],
])("%s is %d microseconds", (text, microseconds) => {
  expect(parseDuration(text)).toEqual({ ok: true, microseconds });
});

test.each([
  ["", "missing"],
  ["5", "no unit"],
  ["1.5", "no unit"],
  ["-1s", "sign"],
  ["+1s", "sign"],
  ["1d", "not a duration"],
  ["1 s", "not a duration"],
  [".s", "not a duration"],
  ["1s2", "not a duration"],
  ["s", "not a duration"],
  ["1S", "not a duration"],
  ["1m-1s", "not a duration"],
  ["1_000s", "not a duration"],
  ["3000000h", "285 years"],
  [`${"9".repeat(120)}h`, "285 years"],
  [`${"1".repeat(200)}s`, "at most 128"],
])("%j is refused with a reason", (text, reason) => {
  const parsed = parseDuration(text);
  expect(parsed.ok ? "accepted" : parsed.problem).toContain(reason);
});

test("a sum of whole units is exact", () => {
  const term = fc.tuple(
    fc.integer({ min: 0, max: 10_000 }),
    fc.constantFrom(...Object.keys(MICROSECONDS)),
  );
  fc.assert(
    fc.property(fc.array(term, { minLength: 1, maxLength: 6 }), (terms) => {
      const text = terms.map(([count, unit]) => `${count}${unit}`).join("");
      const microseconds = terms
        .map(([count, unit]) => count * MICROSECONDS[unit as keyof typeof MICROSECONDS])
        .reduce((sum, part) => sum + part, 0);
      expect(parseDuration(text)).toEqual({ ok: true, microseconds });
    }),
  );
});

test("no text makes the parser throw or leave the safe integers", () => {
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[0-9.]{0,30}(ns|us|ms|s|m|h){1,3}[0-9.]{0,5}$/),
  );
  fc.assert(
    fc.property(text, (input) => {
      const parsed = parseDuration(input);
      const isSound = parsed.ok
        ? Number.isSafeInteger(parsed.microseconds) && parsed.microseconds >= 0
        : parsed.problem !== "";
      expect(isSound).toBe(true);
    }),
  );
});
