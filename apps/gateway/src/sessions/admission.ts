import type { CapReached, SessionCounter } from "@headgate/session-store";
import type { Caller } from "../identity/caller.ts";
import { GatewayError } from "../rpc/errors.ts";

/** Why a session was not begun. */
type SessionRefusal = CapReached["reason"] | "store-away";

/** The caps on sessions that begin. */
interface AdmissionOptions {
  /** Sessions that begin here and stay here. */
  readonly maxSessions: number;
  /** Counts the sessions of users who signed in; nobody else's are counted. */
  readonly users?: SessionCounter | undefined;
  refused(why: SessionRefusal): void;
}

/** After this time there may be room in this process again. */
const PROCESS_FULL_RETRY_SECONDS = 10;

/** Decides on sessions that begin. Sessions of other processes that are brought here are guests, and count where they began. */
class Admission {
  readonly #options: AdmissionOptions;
  readonly #begun = new Set<string>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Throws `too-many-sessions` when this process takes no more. */
  requireRoom(): void {
    const { maxSessions, refused } = this.#options;
    if (this.#begun.size < maxSessions) return;
    refused("process-full");
    throw new GatewayError(
      "too-many-sessions",
      `This gateway holds its ${maxSessions} sessions already. Try again later, or raise operational.sessions.max.`,
      { data: { retryAfterSeconds: PROCESS_FULL_RETRY_SECONDS } },
    );
  }

  /** Takes note of a session that is about to begin. Rejects with `too-many-sessions` or `too-many-sessions-of-user`. */
  async admit(id: string, caller: Caller): Promise<void> {
    this.requireRoom();
    this.#begun.add(id);
    const outcome = await this.#counterOf(caller)?.(id);
    // Without the store nobody is counted; whether a session begins at all is decided when it is written.
    if (outcome?.outcome !== "refused") return;
    this.#begun.delete(id);
    this.#options.refused(outcome.reason);
    throw capError(outcome);
  }

  /** The session could not be written, as the store is away. */
  storeAway(id: string, caller: Caller): void {
    this.#options.refused("store-away");
    this.left(id);
    this.ended(id, caller);
  }

  /** The session is not in this process any more. */
  left(id: string): void {
    this.#begun.delete(id);
  }

  /** The session is over. */
  ended(id: string, { kind, userKey }: Caller): void {
    const { users } = this.#options;
    // One that is not let go of now is found out when its user reaches the cap.
    if (kind === "user" && userKey !== undefined) void users?.release(userKey, id);
  }

  #counterOf({ kind, userKey }: Caller) {
    const { users } = this.#options;
    if (users === undefined || kind !== "user" || userKey === undefined) return undefined;
    return (id: string) => users.admit(userKey, id);
  }
}

function capError({ reason, retryAfterMs }: CapReached): GatewayError {
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  const what =
    reason === "user-too-fast"
      ? "You began too many sessions within a minute (operational.sessions.maxPerUserPerMinute)."
      : "You have too many sessions open (operational.sessions.maxPerUser); end one that you no longer need.";
  return new GatewayError(
    "too-many-sessions-of-user",
    `${what} Try again in ${retryAfterSeconds} s.`,
    {
      data: { retryAfterSeconds },
    },
  );
}

export { Admission, type AdmissionOptions, type SessionRefusal };
