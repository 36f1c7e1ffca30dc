import { isSameCaller } from "../identity/caller.ts";
import { GatewayError } from "../rpc/errors.ts";
import { Admission } from "./admission.ts";
import { HeldCount, type Held } from "./held.ts";
import { isUsed, mayLeave } from "./in-use.ts";
import { leastNeeded } from "./make-room.ts";
import { firstRecord } from "./record.ts";
import type { Asker, NewSession, RegistryOptions, SessionEnd } from "./registry-options.ts";
import { Restores, type Restore } from "./restores.ts";
import { inTurns, Round } from "./round.ts";
import { Session } from "./session.ts";
import { SharedProfiles } from "./shared-profiles.ts";
import { storeAwayError, type SharedSessions } from "./shared-sessions.ts";

/** After this time a store that was away is asked again for a session that goes on without it. */
const ALONE_MS = 1_000;

/** The sessions that this process serves: a session lives until it is deleted or not used for its time to live. */
class SessionRegistry {
  readonly #options: RegistryOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #admission: Admission;
  readonly #restores = new Restores();
  readonly #profiles = new SharedProfiles();
  readonly #sweeps = new Round();
  readonly #signs = new Round();
  readonly #held = new HeldCount();

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#admission = new Admission(options);
  }

  get size(): number {
    return this.#sessions.size;
  }

  values(): Iterable<Session> {
    return this.#sessions.values();
  }

  /** A session that is in this process now. */
  here(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** Whether one more session may be made. Throws `too-many-sessions`. */
  requireRoom(): void {
    this.#admission.requireRoom();
  }

  /** Begins a session for a client that was counted into its class. Rejects with `too-many-sessions`, `too-many-sessions-of-user` or `sessions-unavailable`. */
  async create(facts: NewSession): Promise<Session> {
    const { shared, newId, now } = this.#options;
    const { protocolVersion, caller, classKey } = facts;
    const [id, profile] = [newId(), this.#profiles.of(facts.profile)];
    await this.#admission.admit(id, caller);
    const created = await shared?.create(id, firstRecord(profile, facts));
    if (created?.outcome === "unavailable") {
      this.#admission.storeAway(id, caller);
      throw storeAwayError(created);
    }
    const whole = { id, protocolVersion, caller, profile, classKey };
    return this.#keep(new Session(whole, this.#options.context, now()));
  }

  /**
   * The session with this id if it is this caller's, which thereby lives on; to others there is no such session. A
   * promise when other processes may know better. Rejects with `session-not-found` or `sessions-unavailable`.
   */
  touch(id: string, asker: Asker): Session | undefined | Promise<Session | undefined> {
    const { shared, now } = this.#options;
    const session = this.#sessions.get(id);
    if (session === undefined)
      return (
        shared &&
        this.#restores.share(id, asker.caller, (restore) => this.#restore(restore, asker, shared))
      );
    if (!isSameCaller(session.caller, asker.caller)) return undefined;
    session.lastSeenMs = now();
    if (shared === undefined || session.lastSeenMs < session.freshUntilMs) return session;
    return this.#confirmed(session, shared);
  }

  /** Ends a session for everybody; false when it is not in this process. Rejects with `sessions-unavailable`. */
  async delete(id: string): Promise<boolean> {
    const session = this.#sessions.get(id);
    if (session === undefined) return false;
    // First here, so that this process takes its own word for no other's.
    void this.#end(session, "deleted");
    const ended = await this.#options.shared?.end(id);
    if (ended?.outcome === "unavailable") throw storeAwayError(ended);
    return true;
  }

  /** Another process ended the session. */
  endedElsewhere(id: string): void {
    this.#restores.ended(id);
    const session = this.#sessions.get(id);
    // Whoever ended it ends the backends' sessions as well.
    if (session !== undefined) void this.#end(session, "deleted", true);
  }

  /** Another process changed the session: what is known of it here is asked for anew when it is next used. */
  outdated(id: string): void {
    const session = this.#sessions.get(id);
    if (session !== undefined) session.freshUntilMs = 0;
    // A client that listens is to hear of backends that another process has begun to use for it.
    if (session?.openedStreams?.listening) this.#lookAgain(session);
  }

  /** There is no room for a session that is not in use: a later request brings it back. */
  leave(id: string): void {
    const session = this.#sessions.get(id);
    if (session !== undefined && mayLeave(session)) void this.#end(session, "left", true);
  }

  /** Begins to end sessions whose time is over, and to forget streams that nobody came back for. */
  sweep(): void {
    this.#sweeps.begin(this.#sessions.values(), (session) => this.#swept(session));
    this.#held.recount(this.#sessions);
  }

  /** Begins to give silent streams a sign of life. */
  keepStreamsAlive(): void {
    this.#signs.begin(this.#sessions.values(), (session) => session.openedStreams?.keepAlive());
  }

  /** What all sessions hold together. */
  held(): Held {
    return this.#held.of(this.#sessions);
  }

  /** Ends all sessions, or leaves them to other processes where they are shared. */
  async close(): Promise<void> {
    const { shared } = this.#options;
    this.#restores.endAll();
    // Also those that begin meanwhile.
    await inTurns(this.#sessions.values(), (session) =>
      this.#end(session, "shutdown", shared !== undefined),
    );
    await shared?.close();
  }

  #keep(session: Session): Session {
    const { shared, now } = this.#options;
    if (shared !== undefined) session.freshUntilMs = now() + shared.freshMs;
    this.#makeRoom();
    this.#sessions.set(session.facts.id, session);
    return session;
  }

  /** Sessions that are kept elsewhere as well need not all be here at once. */
  #makeRoom(): void {
    const { shared, maxSessions, now } = this.#options;
    if (shared === undefined || this.#sessions.size < maxSessions) return;
    const session = leastNeeded(this.#sessions, now());
    if (session !== undefined) void this.#end(session, "left", true);
  }

  async #restore(
    restore: Restore,
    { caller, passed }: Asker,
    shared: SharedSessions,
  ): Promise<Session | undefined> {
    const { id } = restore;
    const kept = await shared.read(id);
    if (kept.outcome === "unavailable") throw storeAwayError(kept);
    if (kept.outcome === "unreadable")
      throw new GatewayError(
        "session-not-found",
        "Session not found: another version of the gateway keeps it, or with another key. Begin again with initialize.",
      );
    // Nothing is done for somebody whose session it is not.
    if (kept.outcome !== "found" || !isSameCaller(kept.record.caller, caller)) return undefined;
    const { protocolVersion, capabilities, clientInfo } = kept.record;
    const profile = this.#profiles.of({ capabilities, clientInfo, headers: passed });
    const { context, now, restored, join, leave } = this.#options;
    const classKey = await join(profile, kept.record.backends.keys());
    if (restore.ended) {
      leave(classKey);
      return undefined;
    }
    const facts = { id, protocolVersion, caller: kept.record.caller, profile, classKey };
    const session = this.#keep(new Session(facts, context, now(), kept.record));
    restored(session);
    await session.recalled();
    return session;
  }

  /** Asks whether the session is still there; without the store it goes on as it is. */
  async #confirmed(session: Session, shared: SharedSessions): Promise<Session | undefined> {
    const { id } = session.facts;
    const kept = await shared.read(id);
    if (this.#sessions.get(id) !== session) return this.#sessions.get(id);
    if (kept.outcome === "ended" || kept.outcome === "missing") {
      // Whoever ended it tells the backends; of its expiry nobody else may have.
      void this.#end(
        session,
        kept.outcome === "ended" ? "deleted" : "expired",
        kept.outcome === "ended",
      );
      return undefined;
    }
    if (kept.outcome === "found") await session.adopt(kept.record);
    const freshMs = kept.outcome === "found" ? shared.freshMs : ALONE_MS;
    session.freshUntilMs = this.#options.now() + freshMs;
    return session;
  }

  #swept(session: Session): Promise<void> | undefined {
    const { ttlMs, now, resumeWindowMs, shared } = this.#options;
    const nowMs = now();
    session.closeIdleLinks(nowMs);
    session.openedStreams?.sweep(nowMs - resumeWindowMs);
    if (isUsed(session)) {
      session.lastSeenMs = nowMs;
      if (nowMs >= session.freshUntilMs) this.#lookAgain(session);
      return undefined;
    }
    // A store keeps a session a little longer than its time, so that asking earlier would tell nothing.
    const lifeMs = ttlMs + (shared?.lateMs ?? 0);
    return nowMs - session.lastSeenMs > lifeMs ? this.#expired(session, shared) : undefined;
  }

  #lookAgain(session: Session): void {
    const { shared } = this.#options;
    if (shared !== undefined) this.#confirmed(session, shared).catch(() => undefined);
  }

  async #expired(session: Session, shared: SharedSessions | undefined): Promise<void> {
    const livesOn = shared !== undefined && (await shared.lives(session.facts.id));
    if (this.#sessions.get(session.facts.id) !== session) return;
    await this.#end(session, livesOn ? "left" : "expired", livesOn);
  }

  /** Never rejects. */
  async #end(session: Session, why: SessionEnd, keepSession = false): Promise<void> {
    const { id, classKey, caller } = session.facts;
    if (!this.#sessions.delete(id)) return;
    this.#admission.left(id);
    if (why === "deleted" || why === "expired") this.#admission.ended(id, caller);
    this.#options.leave(classKey);
    this.#options.ended(session, why);
    await session.close(this.#options.now(), { keepSession });
  }
}

export { SessionRegistry };
