import { Retry, type RetryOptions } from "../retry.ts";
import type { ReadOutcome, SessionStore } from "../store/session-store.ts";
import type { Entry } from "./entry.ts";
import type { Residents } from "./residents.ts";

/** What the search works with. */
export interface LostSessionsParts extends RetryOptions {
  readonly store: Pick<SessionStore, "peek">;
  readonly residents: Residents;
  readonly now: () => number;
  readonly ttlMs: number;
  /** The store has lost a session that is known here. */
  readonly putBack: (entry: Entry) => Promise<unknown>;
  /** Another process ended a session, which was not heard here. */
  readonly ended: (id: string) => void;
}

// So many are asked for in one round trip: few enough not to hold up requests.
const AT_ONCE = 64;

// So many of those used last, and as many from all over, say whether anything was lost at all.
const SAMPLE = 64;

/**
 * Looks, once a store is back, for sessions of this process that it lost, before a process that does not know them is
 * asked for one. Asking lets none of them live on.
 */
export class LostSessions {
  readonly #parts: LostSessionsParts;
  readonly #retry: Retry;
  #isLooking = false;
  /** Something was lost, and not everything was looked at yet. */
  #isLossKnown = false;
  #isClosed = false;

  constructor(parts: LostSessionsParts) {
    this.#parts = parts;
    this.#retry = new Retry(parts, () => this.look());
  }

  /** Begins to look, unless that is under way. */
  look(): void {
    if (this.#isClosed || this.#isLooking) return;
    this.#isLooking = true;
    void this.#lookThrough();
  }

  close(): void {
    this.#isClosed = true;
    this.#retry.stop();
  }

  async #lookThrough(): Promise<void> {
    // What goes wrong otherwise is found out by the next request.
    const answered = await this.#lookAtAll().catch(() => true);
    this.#isLooking = false;
    // Its messages may come again before it does: nobody may ask for these sessions for long.
    if (answered) this.#retry.succeeded();
    else if (!this.#isClosed) this.#retry.failed();
  }

  /** False when the store is not there yet. */
  async #lookAtAll(): Promise<boolean> {
    const ids = this.#parts.residents.entries.ids();
    if (!this.#isLossKnown) {
      // A store that was only slow lost nothing; to be asked for everything would make it slow again.
      const sampled = await this.#lookAtSome(sampleOf(ids));
      this.#isLossKnown = sampled.has("missing");
      if (sampled.has("unavailable")) return false;
      if (!this.#isLossKnown) return true;
    }
    for (let from = 0; from < ids.length && !this.#isClosed; from += AT_ONCE) {
      const outcomes = await this.#lookAtSome(ids.slice(from, from + AT_ONCE));
      if (outcomes.has("unavailable")) return false;
    }
    this.#isLossKnown = false;
    return true;
  }

  async #lookAtSome(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const { residents, now, ttlMs } = this.#parts;
    const some = ids.flatMap((id) => {
      const entry = residents.entries.peek(id);
      // What nobody used for its time may be missing.
      const isOver = entry === undefined || now() - entry.touchedAtMs > ttlMs;
      // What the store has not heard of is written anyway.
      return isOver || entry.stored.revision === 0 ? [] : [entry];
    });
    return new Set(await Promise.all(some.map((entry) => this.#lookAt(entry))));
  }

  async #lookAt(entry: Entry): Promise<ReadOutcome["outcome"]> {
    const { outcome } = await this.#parts.store.peek(entry.id);
    if (outcome === "missing") await this.#parts.putBack(entry);
    else if (outcome === "ended") this.#parts.ended(entry.id);
    return outcome;
  }
}

/** The ids used last, which a replica that was behind is the first to lack, and some from all over, for a store that began anew. */
function sampleOf(ids: readonly string[]): string[] {
  const step = Math.max(1, Math.floor(ids.length / SAMPLE));
  const spread = ids.filter((_, index) => index % step === 0).slice(0, SAMPLE);
  return [...new Set([...spread, ...ids.slice(-SAMPLE)])];
}
