import type { HoldUp, Observations } from "../machine/observations.ts";

/** `forMs` is what requests wait for, `ranMs` what they would wait for on a machine that does nothing else. */
type Length = "forMs" | "ranMs";

/**
 * The time, in ms, that all but `1 − share` of the requests waited for the event loop which came in the worst second,
 * if they came at any moment alike. A loop held up for 30 ms makes a request wait for anything between 0 and 30.
 */
export function worstSecondWait(
  { holdUps }: Observations["heldUp"],
  length: Length,
  share: number,
): number {
  const windowMs = 1000;
  const waits = holdUps.map((first, index) => {
    const endMs = begun(first) + windowMs;
    const within: number[] = [];
    // In the order of time: a second holds a few hundred at most.
    for (let at = index; at < holdUps.length; at++) {
      const holdUp = holdUps[at];
      if (holdUp === undefined || begun(holdUp) >= endMs) break;
      within.push(holdUp[length]);
    }
    return waitOf(within, windowMs, share);
  });
  return Math.max(0, ...waits);
}

/** The longest time that the loop was held up, in ms. */
export function longestHoldUp({ holdUps }: Observations["heldUp"], length: Length): number {
  return Math.max(0, ...holdUps.map((holdUp) => holdUp[length]));
}

function begun({ atMs, forMs }: HoldUp): number {
  return atMs - forMs;
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
