import * as fc from "fast-check";
import { expect, test } from "vitest";
import { specHash } from "./spec-hash.ts";

test("the order of keys does not matter, the order of lists does", () => {
  expect(specHash({ a: { b: 1, c: [1, 2] }, d: 2 })).toBe(
    specHash({ d: 2, a: { c: [1, 2], b: 1 } }),
  );
  expect(specHash({ a: [1, 2] })).not.toBe(specHash({ a: [2, 1] }));
});

test("an object is not taken for a list of its fields", () => {
  expect(specHash({ a: 1 })).not.toBe(specHash([["a", 1]]));
  expect(specHash({})).not.toBe(specHash([]));
  expect(specHash(undefined)).not.toBe(specHash({}));
});

test("what differs has another hash", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
      expect(specHash(one) === specHash(other)).toBe(same);
    }),
  );
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const keys = Object.keys(value).toSorted((a, b) => (a < b ? -1 : 1));
  return { keys, values: keys.map((key) => sorted((value as Record<string, unknown>)[key])) };
}
