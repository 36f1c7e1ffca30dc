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

// So many of those used last, and as many of those used first, say whether anything was lost at all. To list all of
// 50,000 would hold up requests for 30 ms.
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
    const { entries } = this.#parts.residents;
    if (!this.#isLossKnown) {
      // A store that was only slow lost nothing; to be asked for everything would make it slow again.
      const sampled = await this.#lookAtSome(this.#sample());
      this.#isLossKnown = sampled.has("missing");
      if (sampled.has("unavailable")) return false;
      if (!this.#isLossKnown) return true;
    }
    const ids = entries.ids();
    for (let from = 0; from < ids.length && !this.#isClosed; from += AT_ONCE) {
      const outcomes = await this.#lookAtSome(ids.slice(from, from + AT_ONCE));
      if (outcomes.has("unavailable")) return false;
    }
    this.#isLossKnown = false;
    return true;
  }

  async #lookAtSome(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const { entries } = this.#parts.residents;
    const some = ids.flatMap((id) => {
      const entry = entries.peek(id);
      return entry !== undefined && this.#isExpected(entry) ? [entry] : [];
    });
    return new Set(await Promise.all(some.map((entry) => this.#lookAt(entry))));
  }

  /** Whether the store should have it. */
  #isExpected({ touchedAtMs, stored }: Entry): boolean {
    const { now, ttlMs } = this.#parts;
    // What nobody used for its time may be missing, and what the store has not heard of is written anyway.
    return now() - touchedAtMs <= ttlMs && stored.revision > 0;
  }

  /** Those used last, which a replica that was behind is the first to lack, and those used first, for a store that began anew. */
  #sample(): string[] {
    const { entries } = this.#parts.residents;
    const sample = new Set<string>();
    for (const inOrder of [entries.newestFirst(), entries.oldestFirst()]) {
      let taken = 0;
      for (const entry of inOrder) {
        if (taken === SAMPLE) break;
        if (!this.#isExpected(entry)) continue;
        sample.add(entry.id);
        taken += 1;
      }
    }
    return [...sample];
  }

  async #lookAt(entry: Entry): Promise<ReadOutcome["outcome"]> {
    const { outcome } = await this.#parts.store.peek(entry.id);
    if (outcome === "missing") await this.#parts.putBack(entry);
    else if (outcome === "ended") this.#parts.ended(entry.id);
    return outcome;
  }
}
