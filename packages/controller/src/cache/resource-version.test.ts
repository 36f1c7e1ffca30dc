import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compareVersions, isLater } from "./resource-version.ts";

test("versions compare as the whole numbers that they are, beyond what a double can hold", () => {
  const version = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  fc.assert(
    fc.property(version, version, (a, b) => {
      const compared = compareVersions(String(a), String(b)) ?? NaN;
      expect(Math.sign(compared)).toBe(a > b ? 1 : a < b ? -1 : 0);
    }),
  );
});

test("of a version that is no number nothing is known", () => {
  expect(compareVersions("abc", "1")).toBeUndefined();
  expect(isLater("abc", "1")).toBe(false);
  expect(isLater(undefined, "1")).toBe(false);
});
