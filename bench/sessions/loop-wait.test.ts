import { expect, test } from "vitest";
import { longestHoldUp, worstSecondWait } from "./loop-wait.ts";

const after = (...holdUps: readonly [atMs: number, forMs: number][]) => ({
  holdUps: holdUps.map(([atMs, forMs]) => ({ atMs, forMs, ranMs: forMs / 2 })),
  watchedMs: 10_000,
});

test("a loop that was never held up lets nobody wait", () => {
  expect(worstSecondWait(after(), "forMs", 0.99)).toBe(0);
  expect(longestHoldUp(after(), "forMs")).toBe(0);
});

test("of one long hold-up the last hundredth of a second is what one in a hundred waits for longer", () => {
  expect(worstSecondWait(after([500, 110]), "forMs", 0.99)).toBeCloseTo(100);
});

test("hold-ups that together take no hundredth of a second let 99 in a hundred not wait", () => {
  expect(worstSecondWait(after([500, 4], [700, 5]), "forMs", 0.99)).toBe(0);
});

test("several hold-ups of a second count together, those of other seconds do not", () => {
  expect(worstSecondWait(after([500, 30], [700, 30]), "forMs", 0.99)).toBeCloseTo(25);
  expect(worstSecondWait(after([500, 30], [7_000, 30]), "forMs", 0.99)).toBeCloseTo(20);
});

test("the wait is that of the worst second", () => {
  const held = after([500, 12], [3_000, 50], [9_000, 12]);
  expect(worstSecondWait(held, "forMs", 0.99)).toBeCloseTo(40);
  expect(longestHoldUp(held, "forMs")).toBe(50);
});

test("what the program itself ran can be told from what the machine did meanwhile", () => {
  expect(worstSecondWait(after([500, 110]), "ranMs", 0.99)).toBeCloseTo(45);
  expect(longestHoldUp(after([500, 110]), "ranMs")).toBe(55);
});
