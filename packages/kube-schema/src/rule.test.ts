import { expect, test } from "vitest";
import * as z from "zod";
import { atomicList, listMap, setList } from "./list-map.ts";
import { withRules } from "./rule.ts";
import { structuralSchema } from "./structural.ts";

const Range = withRules(z.strictObject({ low: z.int(), high: z.int() }), [
  {
    cel: "self.low <= self.high",
    message: "low must not exceed high",
    holds: ({ low, high }) => low <= high,
  },
  { cel: "self.low >= 0", message: "low must not be negative", holds: ({ low }) => low >= 0 },
]);

test("a value that keeps the rules is accepted", () => {
  expect(Range.parse({ low: 1, high: 2 })).toEqual({ low: 1, high: 2 });
});

test("every broken rule is reported with its message", () => {
  const messages = Range.safeParse({ low: -1, high: -2 }).error?.issues.map(
    ({ message }) => message,
  );
  expect(messages).toEqual(["low must not exceed high", "low must not be negative"]);
});

test("rules added later stand beside earlier ones", () => {
  const ruled = withRules(Range, [
    { cel: "self.high < 9", message: "too high", holds: ({ high }) => high < 9 },
  ]);
  expect(structuralSchema(ruled)["x-kubernetes-validations"]?.map(({ rule }) => rule)).toEqual([
    "self.low <= self.high",
    "self.low >= 0",
    "self.high < 9",
  ]);
  expect(structuralSchema(Range)["x-kubernetes-validations"]).toHaveLength(2);
});

test("rules survive a later description and an optional place", () => {
  const parent = z.strictObject({ range: Range.optional().describe("From and to.") });
  expect(structuralSchema(parent).properties?.["range"]).toMatchObject({
    description: "From and to.",
    "x-kubernetes-validations": [{ rule: "self.low <= self.high" }, { rule: "self.low >= 0" }],
  });
});

const Point = z.strictObject({ x: z.int(), y: z.int().optional() });

test("a list map refuses a second entry with the same keys, at its place", () => {
  const parsed = listMap(Point, ["x", "y"]).safeParse([
    { x: 1, y: 1 },
    { x: 1, y: 2 },
    { x: 1, y: 1 },
  ]);
  expect(parsed.error?.issues.map(({ path }) => path)).toEqual([[2]]);
});

test("a set refuses what it already has, at its place", () => {
  const parsed = setList(z.string()).safeParse(["a", "b", "a"]);
  expect(parsed.error?.issues.map(({ path }) => path)).toEqual([[2]]);
});

test("other lists may repeat themselves", () => {
  expect(atomicList(Point).parse([{ x: 1 }, { x: 1 }])).toHaveLength(2);
});
