/** Where time comes from; every part that waits or judges time is given one. */
export interface Clock {
  /** Milliseconds since 1970, for what is written into objects. */
  readonly wallMs: () => number;
  /** Milliseconds of a clock that never steps back, for durations. */
  readonly monotonicMs: () => number;
  /** Calls back once after a delay in milliseconds; the answer cancels that. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

// A longer timer would fire at once; who waits that long looks at the clock again when it wakes early.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The clocks and timers of the process. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.max(0, Math.min(delayMs, LONGEST_TIMER_MS)));
    return () => clearTimeout(timer);
  },
};

/** Resolves after a delay in milliseconds, or as soon as the signal aborts; never rejects. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = () => {
      cancel();
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const cancel = clock.after(delayMs, wake);
    signal.addEventListener("abort", wake, { once: true });
  });
}
