import { describe, expect, test } from "vitest";
import { nextStep, type Attempt, type Ending } from "./next-step.ts";

const noJitter = () => 0;

/** The waits of attempts that all end alike, each right after the other. */
function waits(doing: "list" | "watch", ending: Ending, livedMs: number, times: number) {
  const found: number[] = [];
  let failures = 0;
  for (let time = 0; time < times; time++) {
    const next = nextStep({ doing, ending, livedMs, failures }, noJitter);
    found.push(next.waitMs);
    ({ failures } = next);
  }
  return found;
}

describe("a watch that ended", () => {
  test("after some time is taken up again at once, however often", () => {
    expect(waits("watch", { reason: "closed" }, 240_000, 3)).toEqual([0, 0, 0]);
    expect(waits("watch", { reason: "silent" }, 45_000, 3)).toEqual([0, 0, 0]);
    expect(waits("watch", { reason: "gone" }, 60_000, 3)).toEqual([0, 0, 0]);
  });

  test("as soon as it began, again and again, is tried at longer and longer distances", () => {
    const growing = [0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000];
    expect(waits("watch", { reason: "closed" }, 3, 10)).toEqual(growing);
    expect(waits("watch", { reason: "gone" }, 3, 10)).toEqual(growing);
    expect(waits("watch", { reason: "unreachable" }, 0, 10)).toEqual(growing);
  });

  const cases: readonly (readonly [Ending["reason"], Attempt["doing"]])[] = [
    ["closed", "watch"],
    ["silent", "watch"],
    ["unreachable", "watch"],
    ["server-error", "watch"],
    ["too-many-requests", "watch"],
    ["forbidden", "watch"],
    ["gone", "list"],
    ["bad-answer", "list"],
    ["bad-request", "list"],
  ];
  test.each(cases)("as %s is followed by a %s", (reason, doing) => {
    const attempt = { doing: "watch", ending: { reason }, livedMs: 10, failures: 0 } as const;
    expect(nextStep(attempt, noJitter).doing).toBe(doing);
  });

  test("and cannot be resumed for long is given up for a new list", () => {
    const attempt = { doing: "watch", ending: { reason: "server-error" }, livedMs: 10 } as const;
    expect(nextStep({ ...attempt, failures: 7 }, noJitter).doing).toBe("watch");
    expect(nextStep({ ...attempt, failures: 8 }, noJitter).doing).toBe("list");
  });
});

test("a list that failed is never tried again at once", () => {
  const growing = [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000];
  expect(waits("list", { reason: "forbidden" }, 60_000, 9)).toEqual(growing);
});

test("what the server asks to wait is waited", () => {
  const ending = { reason: "too-many-requests", retryAfterMs: 7_000 } as const;
  expect(waits("watch", ending, 0, 1)).toEqual([7_000]);
});
