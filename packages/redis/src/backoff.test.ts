import { expect, test } from "vitest";
import { Backoff, reconnectDelayMs } from "./backoff.ts";

test("the wait doubles up to a second, and half to all of it is by chance", () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 1000].map((attempt) => reconnectDelayMs(attempt, 1));
  expect(longest).toEqual([50, 100, 200, 400, 800, 1000, 1000, 1000]);
  expect(reconnectDelayMs(1, 0)).toBe(25);
  expect(reconnectDelayMs(99, 0)).toBe(500);
});

test("only a connection that lasted begins the count anew", () => {
  let nowMs = 0;
  const backoff = new Backoff(
    () => nowMs,
    () => 1,
  );
  expect([backoff.nextDelayMs(), backoff.nextDelayMs()]).toEqual([50, 100]);
  backoff.ready();
  nowMs += 10;
  expect(backoff.nextDelayMs()).toBe(200);
  backoff.ready();
  nowMs += 2000;
  expect(backoff.nextDelayMs()).toBe(50);
});
