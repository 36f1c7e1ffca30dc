import { expect, test } from "vitest";
import { SettleTime } from "./settle-time.ts";

test("the first change after a calm time is read quickly", () => {
  expect(new SettleTime().next(60_000)).toBe(25);
});

test("changes all the time are read ever less often, every two seconds at most", () => {
  const settle = new SettleTime();
  const waits = [settle.next(60_000)];
  for (let n = 0; n < 10; n++) waits.push(settle.next(waits.at(-1) ?? 0));
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  expect(waits.at(-1)).toBe(2_000);
  expect(settle.next(5_001)).toBe(25);
});
