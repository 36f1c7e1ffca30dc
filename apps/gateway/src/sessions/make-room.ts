import { mayLeave } from "./in-use.ts";
import type { Session } from "./session.ts";

/** A session that was used within this time stays. */
const RECENT_MS = 10_000;

/** So many sessions are looked at for one that can leave; those that stay are looked at again after all others. */
const LOOKED_AT = 16;

/** A session that nobody is using and that was not used lately, to leave for one that is; nothing if none is found soon. */
function leastNeeded(sessions: Map<string, Session>, nowMs: number): Session | undefined {
  let looked = 0;
  for (const [id, session] of sessions) {
    if (nowMs - session.lastSeenMs > RECENT_MS && mayLeave(session)) return session;
    if (++looked >= LOOKED_AT) return undefined;
    sessions.delete(id);
    sessions.set(id, session);
  }
  return undefined;
}

export { leastNeeded };
