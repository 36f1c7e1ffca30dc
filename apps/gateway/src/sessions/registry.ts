import { createHash, randomUUID } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { ClientProfile } from "../backends/port.ts";
import { isSameCaller, type Caller } from "../identity/caller.ts";
import { GatewayError } from "../rpc/errors.ts";
import { Session, type SessionContext, type SessionFacts } from "./session.ts";

/** Different profiles that are remembered, to be shared by further clients of the same kind. */
const MAX_SHARED_PROFILES = 1_000;

/** Limits on the sessions of one process. */
interface RegistryOptions {
  readonly context: SessionContext;
  readonly ttlMs: number;
  readonly maxSessions: number;
  /** How long finished streams are kept for clients that come back. */
  readonly resumeWindowMs: number;
  readonly now: () => number;
  ended(session: Session, why: "deleted" | "expired" | "shutdown"): void;
}

/** What a session is made of. */
type NewSession = Omit<SessionFacts, "id">;

/** The sessions of this process: a session lives until it is deleted or not used for its time to live. */
class SessionRegistry {
  readonly #options: RegistryOptions;
  readonly #sessions = new Map<string, Session>();
  /** Equal texts of different clients are kept once. */
  readonly #profiles = new LRUCache<string, ClientProfile>({ max: MAX_SHARED_PROFILES });

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  values(): Iterable<Session> {
    return this.#sessions.values();
  }

  /** Whether one more session may be made. Throws `too-many-sessions`. */
  requireRoom(): void {
    const { maxSessions } = this.#options;
    if (this.#sessions.size < maxSessions) return;
    throw new GatewayError(
      "too-many-sessions",
      `This gateway holds its ${maxSessions} sessions already. Try again later, or raise operational.sessions.max.`,
    );
  }

  /** Throws `too-many-sessions`. */
  create(facts: NewSession): Session {
    this.requireRoom();
    const session = new Session(
      { ...facts, profile: this.#shared(facts.profile), id: randomUUID() },
      this.#options.context,
      this.#options.now(),
    );
    this.#sessions.set(session.facts.id, session);
    return session;
  }

  /** The session with this id if it is this caller's, which thereby lives on; to others there is no such session. */
  touch(id: string, caller: Caller): Session | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined || !isSameCaller(session.caller, caller)) return undefined;
    session.lastSeenMs = this.#options.now();
    return session;
  }

  /** Ends a session; false when there is none. */
  delete(id: string, why: "deleted" | "expired" = "deleted"): boolean {
    const session = this.#sessions.get(id);
    if (session === undefined) return false;
    void this.#end(session, why);
    return true;
  }

  /** Ends sessions whose time is over and forgets streams that nobody came back for. */
  sweep(): void {
    const nowMs = this.#options.now();
    for (const [id, session] of this.#sessions) {
      const streams = session.openedStreams;
      session.closeIdleLinks(nowMs);
      streams?.sweep(nowMs - this.#options.resumeWindowMs);
      if (isUsed(session)) session.lastSeenMs = nowMs;
      else if (nowMs - session.lastSeenMs > this.#options.ttlMs) this.delete(id, "expired");
    }
  }

  keepStreamsAlive(): void {
    for (const session of this.#sessions.values()) session.openedStreams?.keepAlive();
  }

  /** How many sessions there are, how many have a standing stream, and how many events are kept for them. */
  held(): { readonly sessions: number; readonly streams: number; readonly events: number } {
    let streams = 0;
    let events = 0;
    for (const { openedStreams } of this.#sessions.values()) {
      if (openedStreams?.listening) streams++;
      events += openedStreams?.keptEvents ?? 0;
    }
    return { sessions: this.#sessions.size, streams, events };
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.#sessions.values()].map((session) => this.#end(session, "shutdown")),
    );
  }

  /** Never rejects. */
  #end(session: Session, why: "deleted" | "expired" | "shutdown"): Promise<void> {
    this.#sessions.delete(session.facts.id);
    this.#options.ended(session, why);
    return session.close(this.#options.now());
  }

  #shared(profile: ClientProfile): ClientProfile {
    const { capabilities, clientInfo, headers } = profile;
    const text = JSON.stringify([capabilities, clientInfo, headers]);
    const key = createHash("sha256").update(text).digest("base64url");
    const known = this.#profiles.get(key);
    if (known !== undefined) return known;
    const own = {
      capabilities: ownCopy(capabilities),
      clientInfo: ownCopy(clientInfo),
      headers,
    };
    this.#profiles.set(key, own);
    return own;
  }
}

/** A copy without the body that a text was cut from, which would stay in memory with it. */
function ownCopy(text: string): string {
  return Buffer.from(text).toString();
}

/** Whether somebody waits for something of this session. A call whose client went away and did not come back keeps nothing alive. */
function isUsed({ callsUnderWay, openedStreams }: Session): boolean {
  if (openedStreams === undefined) return callsUnderWay > 0;
  return openedStreams.attachedCount > 0 || (callsUnderWay > 0 && !openedStreams.abandoned);
}

export { SessionRegistry, type NewSession };
