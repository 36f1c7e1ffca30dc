import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { afterRun, NO_FAILURES, waitMs, type RestartHistory } from "./restart-backoff.ts";

/** The history after so many starts in a row that failed at once, each as soon as it was allowed. */
function failing(times: number, random = 0): RestartHistory {
  let history = NO_FAILURES;
  for (let n = 0; n < times; n++) {
    const atMs = Math.max(1000, history.retryAtMs);
    history = afterRun(
      history,
      { startedAtMs: atMs, endedAtMs: atMs, upMs: 0, failed: true },
      random,
    );
  }
  return history;
}

describe("the back-off of a command that fails", () => {
  test("waits 1 s, then twice as long each time, up to a minute", () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 50].map((times) => {
      const history = failing(times);
      return waitMs(history, history.lastFailureMs) / 1000;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  test("jitter takes away at most half", () => {
    fc.assert(
      fc.property(fc.nat(30), fc.double({ min: 0, max: 1, noNaN: true }), (times, random) => {
        const full = failing(times + 1);
        const history = failing(times + 1, random);
        const wait = waitMs(history, history.lastFailureMs);
        expect(wait).toBeLessThanOrEqual(waitMs(full, full.lastFailureMs));
        expect(wait).toBeGreaterThanOrEqual(waitMs(full, full.lastFailureMs) / 2);
      }),
    );
  });

  test("a run of more than 10 s clears the record, however it ends", () => {
    const run = { startedAtMs: 0, endedAtMs: 10_001, upMs: 10_001, failed: true };
    expect(afterRun(failing(5), run, 0)).toEqual(NO_FAILURES);
  });

  test("a minute of waiting for a handshake that never comes is a failure", () => {
    const run = { startedAtMs: 0, endedAtMs: 60_000, upMs: 0, failed: true };
    expect(afterRun(NO_FAILURES, run, 0).failures).toBe(1);
  });

  test("children that fail side by side count once", () => {
    const first = afterRun(
      NO_FAILURES,
      { startedAtMs: 0, endedAtMs: 500, upMs: 0, failed: true },
      0,
    );
    const second = { startedAtMs: 10, endedAtMs: 510, upMs: 0, failed: true };
    expect(afterRun(first, second, 0)).toEqual(first);
  });

  test("a short run that was ended on purpose changes nothing", () => {
    const run = { startedAtMs: 9000, endedAtMs: 9100, upMs: 50, failed: false };
    expect(afterRun(failing(3), run, 0)).toEqual(failing(3));
  });

  test("a clock that is set back blocks nothing", () => {
    expect(waitMs(failing(3), -3_600_000)).toBe(0);
  });
});
