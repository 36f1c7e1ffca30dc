import { expect, test } from "vitest";
import { checkRateLimits } from "./check.ts";

const problemsOf = (maxTokens: number, refillPeriod: string) =>
  checkRateLimits({ shared: { maxTokens, refillPeriod } });

test.each([
  [1, "1s"],
  [1_000, "1s"],
  [1, "720h"],
  [2 ** 31 - 1, "720h"],
  [1, "876000h"],
])("%d tokens per %s is without problems", (maxTokens, refillPeriod) => {
  expect(problemsOf(maxTokens, refillPeriod)).toEqual([]);
});

test.each([
  [1, "soon", "not a duration"],
  [1, "10", "no unit"],
  [1, "-1s", "sign"],
  [1, "0", "longer than 0"],
  [1, "0s", "longer than 0"],
  [1, "999ns", "longer than 0"],
  [1, "876001h", "at most 876000h"],
])("%d tokens per %s is refused at refillPeriod", (maxTokens, refillPeriod, reason) => {
  const [problem, ...others] = problemsOf(maxTokens, refillPeriod);
  expect(problem).toMatchObject({ severity: "error", path: ["shared", "refillPeriod"] });
  expect(problem?.message).toContain(reason);
  expect(others).toEqual([]);
});

test.each([
  [1, "9us"],
  [100_001, "1s"],
  [2 ** 31 - 1, "1s"],
])("%d tokens per %s is refused as too fast to be exact", (maxTokens, refillPeriod) => {
  expect(problemsOf(maxTokens, refillPeriod)).toMatchObject([
    { severity: "error", path: ["shared"] },
  ]);
});

test.each([
  [100_000, "1s", "10.0 %"],
  [1_001, "1s", "0.1 %"],
])("%d tokens per %s is a warning that states the error", (maxTokens, refillPeriod, shortfall) => {
  const [problem] = problemsOf(maxTokens, refillPeriod);
  expect(problem).toMatchObject({ severity: "warning", path: ["shared"] });
  expect(problem?.message).toContain(shortfall);
});

test("every bucket is checked, and each problem names its place", () => {
  const bad = { maxTokens: 1, refillPeriod: "x" };
  const problems = checkRateLimits({
    shared: bad,
    perUser: bad,
    tools: [
      { name: "a", shared: bad },
      { name: "b", perUser: bad },
    ],
  });
  expect(problems.map(({ path }) => path.join("."))).toEqual([
    "shared.refillPeriod",
    "perUser.refillPeriod",
    "tools.0.shared.refillPeriod",
    "tools.1.perUser.refillPeriod",
  ]);
});
