import { expect, test } from "vitest";
import { outcomeOf, summary, verdict } from "./test-outcome.ts";

const file = (status: string, ...statuses: readonly string[]) => ({
  name: "/checkout/packages/a/src/a.test.ts",
  status,
  assertionResults: statuses.map((each, at) => ({ status: each, fullName: `test ${at}` })),
});

const outcomeOfFiles = (...testResults: readonly ReturnType<typeof file>[]) =>
  outcomeOf({ testResults }, "/checkout");

test("the last line counts what passed and what failed", () => {
  const outcome = outcomeOfFiles(
    file("passed", "passed", "passed"),
    file("failed", "passed", "failed"),
  );
  expect(summary(outcome)).toBe("3 passed, 1 failed");
});

test("a file that could not be loaded counts as a failure", () => {
  expect(summary(outcomeOfFiles(file("passed", "passed"), file("failed")))).toBe(
    "1 passed, 1 failed",
  );
});

test("a skipped test is named, and fails the run only in CI", () => {
  const outcome = outcomeOfFiles(file("passed", "passed", "pending", "todo"));
  expect(summary(outcome)).toBe("1 passed, 0 failed, 2 skipped");
  expect(verdict(outcome, 0, false)).toEqual([]);
  expect(verdict(outcome, 0, true)).toEqual([
    "headgate: skipped, which CI does not allow: packages/a/src/a.test.ts: test 1",
    "headgate: skipped, which CI does not allow: packages/a/src/a.test.ts: test 2",
  ]);
});

test("an error outside of any test is not a success", () => {
  expect(verdict(outcomeOfFiles(file("passed", "passed")), 1, false)).toHaveLength(1);
});

test("a run without any test is not a success", () => {
  expect(verdict(outcomeOfFiles(), 0, false)).toEqual(["headgate: no test ran"]);
});
