import type { SessionStore } from "../store/session-store.ts";
import type { Unavailable } from "../unavailable.ts";
import type { Admitted, CapReached, UserCaps } from "./session-caps.ts";

/**
 * The port: how many sessions each user has in all processes. A session is counted until it is released; one that
 * expired, or whose process died before it could release it, is found out when the cap is reached and no longer counted.
 */
export interface SessionCounter {
  /** Counts a session that is about to begin, unless a cap is reached; once, however often it is called. */
  admit(user: string, sessionId: string): Promise<Admitted | CapReached | Unavailable>;
  /** No longer counts a session; one that is not counted may be released too. */
  release(user: string, sessionId: string): Promise<{ readonly outcome: "released" } | Unavailable>;
}

/** What every counter is made of. */
export interface SessionCounterOptions extends Partial<UserCaps> {
  /** Where the sessions are: asked which of them still live. */
  readonly store: Pick<SessionStore, "peek">;
  /** The same as the store's; default 30 minutes. */
  readonly ttlMs?: number;
}

/** How long a user who begins no session is remembered; whoever keeps sessions for longer is then counted anew. */
export const USER_LIFE_MS = 24 * 60 * 60_000;

/** How many sessions are looked at in one go when a cap is reached. */
export const SUSPECTS = 50;

/** Those of some sessions that are over; one that cannot be asked about counts as alive. */
export async function overOf(
  store: Pick<SessionStore, "peek">,
  sessionIds: readonly string[],
): Promise<string[]> {
  const outcomes = await Promise.all(sessionIds.map((id) => store.peek(id)));
  return sessionIds.filter((_, index) => {
    const outcome = outcomes[index]?.outcome;
    return outcome === "missing" || outcome === "ended";
  });
}
