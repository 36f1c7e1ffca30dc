import { expect, test } from "vitest";
import { Breaker } from "./breaker.ts";

function breakerAt(random = 0.5) {
  const clock = { now: 0 };
  return { clock, breaker: new Breaker({ now: () => clock.now, random: () => random }) };
}

test("five failures in a row open it, four do not, and an answer between starts anew", () => {
  const { breaker } = breakerAt();
  const opened = Array.from({ length: 4 }, () => breaker.failed());
  breaker.succeeded();
  opened.push(...Array.from({ length: 5 }, () => breaker.failed()));
  expect(opened).toEqual([false, false, false, false, false, false, false, false, true]);
  expect(breaker.isOpen).toBe(true);
  expect(breaker.failed()).toBe(false);
});

test("more than half of ten answers in a second open it, half of them do not", () => {
  const { clock, breaker } = breakerAt();
  for (let pair = 0; pair < 20; pair++) {
    clock.now += 10;
    breaker.succeeded();
    expect(breaker.failed()).toBe(false);
  }
  clock.now += 1000;
  const opened: boolean[] = [];
  for (let round = 0; round < 4; round++) {
    breaker.succeeded();
    opened.push(breaker.failed(), breaker.failed());
  }
  expect(opened).toEqual([false, false, false, false, false, false, true, false]);
});

test("failures of another second do not count towards the rate", () => {
  const { clock, breaker } = breakerAt();
  for (let round = 0; round < 100; round++) {
    clock.now += 400;
    breaker.succeeded();
    breaker.failed();
    expect(breaker.failed()).toBe(false);
  }
});

test("three good probes in a row close it, a bad one between starts anew", () => {
  const { breaker } = breakerAt();
  for (let failure = 0; failure < 5; failure++) breaker.failed();
  expect([breaker.probeSucceeded(), breaker.probeSucceeded()]).toEqual([false, false]);
  breaker.probeFailed();
  expect([1, 2, 3].map(() => breaker.probeSucceeded())).toEqual([false, false, true]);
  expect(breaker.isOpen).toBe(false);
  expect([1, 2, 3, 4, 5].map(() => breaker.failed())).toEqual([false, false, false, false, true]);
});

test.each([
  [0, 0.8],
  [0.5, 1],
  [0.999_999, 1.2],
])(
  "with chance %d probes come after %d of 250 ms, doubling to 5 s, and again after a good one",
  (random, share) => {
    const { breaker } = breakerAt(random);
    for (let failure = 0; failure < 5; failure++) breaker.failed();
    const delays: number[] = [];
    for (let probe = 0; probe < 7; probe++) {
      delays.push(Math.round(breaker.nextProbeMs()));
      breaker.probeFailed();
    }
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000].map((ms) => ms * share));
    breaker.probeSucceeded();
    expect(Math.round(breaker.nextProbeMs())).toBe(250 * share);
  },
);
