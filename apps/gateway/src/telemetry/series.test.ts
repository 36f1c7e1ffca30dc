import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Cell, Distribution, Family, labelValue } from "./series.ts";

test("a label value is at most 128 bytes of whole characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const label = labelValue(text);
      expect(Buffer.byteLength(label)).toBeLessThanOrEqual(128);
      expect(label.isWellFormed() || !text.isWellFormed()).toBe(true);
    }),
  );
});

test("a label value that fits stays as it is", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 128 }), (text) => {
      expect(labelValue(text)).toBe(text);
    }),
  );
});

test("a label value that does not fit is its longest beginning that does, and three dots", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 129, maxLength: 300 }), (text) => {
      const label = labelValue(text);
      expect(label.endsWith("...")).toBe(true);
      expect(text.startsWith(label.slice(0, -3))).toBe(true);
      expect(Buffer.byteLength(label)).toBeGreaterThan(124);
    }),
  );
});

test("every observation is in exactly one bucket, the first whose bound it does not pass", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true })), (values) => {
      const bounds = [0.5, 1, 10];
      const distribution = new Distribution(bounds);
      for (const value of values) distribution.observe(value);
      const expected = [...bounds, Infinity].map(
        (bound, index) =>
          values.filter((value) => value <= bound && value > (bounds[index - 1] ?? -1)).length,
      );
      expect(distribution.counts).toEqual(expected);
      expect(distribution.sum).toBeCloseTo(
        values.reduce((sum, value) => sum + value, 0),
        6,
      );
    }),
  );
});

test("the same labels lead to the same cell, and too many to one that is called other", () => {
  const family = new Family("f", "", ["a", "b"], () => new Cell());
  expect(family.of("x", "y")).toBe(family.of("x", "y"));
  expect(family.of("x", "y")).not.toBe(family.of("xy", ""));
  for (let n = 0; n < 3_000; n += 1) family.of(String(n), "").add();
  const all = [...family.all()];
  expect(all).toHaveLength(2_001);
  expect(all.at(-1)?.labels).toEqual({ a: "other", b: "other" });
  expect(all.reduce((sum, { state }) => sum + state.value, 0)).toBe(3_000);
});
