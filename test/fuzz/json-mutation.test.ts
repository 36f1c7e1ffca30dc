import * as fc from "fast-check";
import { expect, test } from "vitest";
import { oneTokenAway } from "./json-mutation.ts";

test("mutations of a text are many, and not all of them are JSON", () => {
  const texts = fc.sample(oneTokenAway('{"a": [1, "b\\"", null]}'), { numRuns: 500, seed: 1 });
  expect(new Set(texts).size).toBeGreaterThan(100);
  const valid = texts.filter((text) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  });
  expect(valid.length).toBeGreaterThan(50);
  expect(valid.length).toBeLessThan(450);
});
