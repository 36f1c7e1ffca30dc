import type { ControllerErrorCode } from "../api/error.ts";
import { backoffMs, type Backoff, type Random } from "../time/backoff.ts";

/** How a list or a watch came to its end. */
export type Ending =
  /** The server ended the watch, as it does from time to time. */
  | { readonly reason: "closed" }
  /** Nothing was heard for so long that the connection may be dead. */
  | { readonly reason: "silent" }
  | {
      readonly reason: ControllerErrorCode | "unknown";
      readonly retryAfterMs?: number | undefined;
      /** What is told to a person. */
      readonly error?: unknown;
    };

/** What a list or watch that ended was. */
export interface Attempt {
  readonly doing: "list" | "watch";
  readonly ending: Ending;
  /** How long it went on, in milliseconds. */
  readonly livedMs: number;
  /** Failures in a row before it. */
  readonly failures: number;
}

/** What to do next. */
export interface NextStep {
  readonly doing: "list" | "watch";
  readonly waitMs: number;
  readonly failures: number;
}

const BACKOFF: Backoff = { baseMs: 100, maxMs: 10_000 };
// A server that ends or refuses every watch at once must not be asked as fast as it answers.
const HEALTHY_AFTER_MS = 5_000;
// A version that the server cannot go on from, but does not call gone, as after a restored backup.
const RESUMES_IN_A_ROW = 8;

/** Decides what follows on a list or watch that ended: again from the last version, or all anew; at once, or after a wait. */
export function nextStep({ doing, ending, livedMs, failures }: Attempt, random: Random): NextStep {
  const healthy = doing === "watch" && livedMs >= HEALTHY_AFTER_MS;
  const counted = healthy ? 0 : failures;
  const resumes = doing === "watch" && mayResume(ending) && counted < RESUMES_IN_A_ROW;
  const asked = "retryAfterMs" in ending ? (ending.retryAfterMs ?? 0) : 0;
  // The first time costs nothing: most watches end for a reason that is over by the time they end.
  const waitMs = Math.max(
    asked,
    backoffMs(BACKOFF, doing === "watch" ? counted : counted + 1, random),
  );
  return { doing: resumes ? "watch" : "list", waitMs, failures: counted + 1 };
}

// What could not be understood was lost with it: only a new list makes up for that.
function mayResume({ reason }: Ending): boolean {
  return reason !== "gone" && reason !== "bad-answer" && reason !== "bad-request";
}
