import { wholeNumber } from "../option.ts";

/** How many sessions there may be; a cap refuses new sessions and never ends one. */
export interface SessionCaps {
  /** In one process, whoever they belong to. */
  readonly maxPerProcess: number;
  /** Of one user, in all processes. */
  readonly maxPerUser: number;
  /** That one user begins within a minute, in all processes. */
  readonly maxPerUserPerMinute: number;
}

/** A new session may begin. */
export interface Admitted {
  readonly outcome: "admitted";
}

/** It may not; the same may work after `retryAfterMs`. */
export interface CapReached {
  readonly outcome: "refused";
  readonly reason: "process-full" | "user-full" | "user-too-fast";
  readonly retryAfterMs: number;
}

/** What is counted of a user. */
export interface UserCounts {
  readonly live: number;
  /** Until the first of them may be over. */
  readonly firstEndsInMs: number;
  readonly begunThisMinute: number;
  readonly minuteEndsInMs: number;
}

const PROCESS_FULL_RETRY_MS = 10_000;
const MIN_RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;

/** Decides over the cap of a process that has `live` sessions. */
export function admitToProcess(
  { maxPerProcess }: Pick<SessionCaps, "maxPerProcess">,
  live: number,
): Admitted | CapReached {
  if (live < maxPerProcess) return { outcome: "admitted" };
  return { outcome: "refused", reason: "process-full", retryAfterMs: PROCESS_FULL_RETRY_MS };
}

/** The caps of a user. */
export type UserCaps = Pick<SessionCaps, "maxPerUser" | "maxPerUserPerMinute">;

/** Decides over the caps of a user. */
export function admitUser(caps: UserCaps, counts: UserCounts): Admitted | CapReached {
  if (counts.live >= caps.maxPerUser) return userFull(counts.firstEndsInMs);
  if (counts.begunThisMinute >= caps.maxPerUserPerMinute) return userTooFast(counts.minuteEndsInMs);
  return { outcome: "admitted" };
}

/** The refusal for a user with too many sessions. */
export function userFull(firstEndsInMs: number): CapReached {
  return { outcome: "refused", reason: "user-full", retryAfterMs: retryAfter(firstEndsInMs) };
}

/** The refusal for a user who begins sessions too fast. */
export function userTooFast(minuteEndsInMs: number): CapReached {
  return { outcome: "refused", reason: "user-too-fast", retryAfterMs: retryAfter(minuteEndsInMs) };
}

/** A session may end sooner than it must, so nobody is told to stay away for long. */
function retryAfter(ms: number): number {
  return Math.min(MAX_RETRY_MS, Math.max(MIN_RETRY_MS, Math.ceil(ms)));
}

/** The caps of a user, checked; throws `invalid-option`. */
export function checkedUserCaps({
  maxPerUser = 1000,
  maxPerUserPerMinute = 600,
}: Partial<UserCaps>): UserCaps {
  return {
    maxPerUser: wholeNumber("maxPerUser", maxPerUser, 1),
    maxPerUserPerMinute: wholeNumber("maxPerUserPerMinute", maxPerUserPerMinute, 1),
  };
}

const PROCESS_ITSELF_BYTES = 128 * 1024 * 1024;
// An idle session with an open stream takes less than this.
const SESSION_BYTES = 32 * 1024;
const LEAST_SESSIONS = 1000;

/** How many sessions fit in a process with so much memory: 12,288 in 512 MiB, and never less than 1,000. */
export function sessionsThatFit(memoryLimitBytes: number): number {
  const left = memoryLimitBytes - PROCESS_ITSELF_BYTES;
  return Math.max(LEAST_SESSIONS, Math.floor(left / SESSION_BYTES));
}
