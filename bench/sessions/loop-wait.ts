import type { Observations } from "../machine/observations.ts";

/**
 * The time, in ms, that all but `1 − share` of the requests waited for the event loop which came in the worst second,
 * if they came at any moment alike. A loop held up for 30 ms makes a request wait for anything between 0 and 30.
 */
export function worstSecondWait({ holdUps }: Observations["heldUp"], share: number): number {
  const windowMs = 1000;
  const waits = holdUps.map((first) => {
    const endMs = first.atMs - first.forMs + windowMs;
    const within = holdUps
      .filter(({ atMs, forMs }) => atMs >= first.atMs && atMs - forMs < endMs)
      .map(({ forMs }) => forMs);
    return waitOf(within, windowMs, share);
  });
  return Math.max(0, ...waits);
}

/** The longest time that the loop was held up, in ms. */
export function longestHoldUp({ holdUps }: Observations["heldUp"]): number {
  return Math.max(0, ...holdUps.map(({ forMs }) => forMs));
}

/** Where the time during which a request would have to wait for longer is as much of the window as may be. */
function waitOf(heldMs: readonly number[], windowMs: number, share: number): number {
  const allowedMs = (1 - share) * windowMs;
  const longest = heldMs.toSorted((a, b) => b - a);
  let sum = 0;
  for (const [index, held] of longest.entries()) {
    sum += held;
    const wait = (sum - allowedMs) / (index + 1);
    if (wait >= (longest[index + 1] ?? 0)) return Math.max(0, wait);
  }
  return 0;
}
