/** What is remembered of the starts of a command. */
interface RestartHistory {
  /** Starts in a row that came to nothing. */
  readonly failures: number;
  readonly lastFailureMs: number;
  /** Until then the command is not started again. */
  readonly retryAtMs: number;
}

/** How one run of a command went. */
interface Run {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** How long it worked after its handshake; 0 when it never did. */
  readonly upMs: number;
  /** It never came up, or ended without being asked to. */
  readonly failed: boolean;
}

const FIRST_DELAY_MS = 1000;
const LAST_DELAY_MS = 60_000;
/** A run of this length shows that the command works, however it ends. */
const GOOD_RUN_MS = 10_000;

/** Nothing held against a command. */
const NO_FAILURES: RestartHistory = {
  failures: 0,
  lastFailureMs: Number.NEGATIVE_INFINITY,
  retryAtMs: 0,
};

/**
 * The history after one more run: the wait starts at 1 s and doubles with each early failure up to
 * 60 s, of which `random` (0 to 1) takes away up to half, so that gateways do not retry in step.
 * Children that were running side by side and fail together count as one failure.
 */
function afterRun(history: RestartHistory, run: Run, random: number): RestartHistory {
  if (run.upMs > GOOD_RUN_MS) return NO_FAILURES;
  if (!run.failed || run.startedAtMs < history.lastFailureMs) return history;
  const failures = history.failures + 1;
  const delayMs = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1)) * (1 - random / 2);
  return { failures, lastFailureMs: run.endedAtMs, retryAtMs: run.endedAtMs + delayMs };
}

/** How long the command is still not to be started, in milliseconds; 0 when it may be. */
function waitMs(history: RestartHistory, nowMs: number): number {
  const wait = history.retryAtMs - nowMs;
  // A longer one means that the clock was set back.
  return wait > LAST_DELAY_MS ? 0 : Math.max(0, wait);
}

export { afterRun, NO_FAILURES, waitMs, type RestartHistory, type Run };
