import type { Clock } from "../clock.ts";
import type { Change, Ended, Missing, SessionStore, Unreadable } from "../store/session-store.ts";
import { unavailable, type Unavailable } from "../unavailable.ts";
import { applied, confirm, type Entry } from "./entry.ts";

/** What writing an entry comes to; `written`: the store has everything. */
export type Writing = { readonly outcome: "written" } | Missing | Ended | Unreadable | Unavailable;

// Three are needed when a store lost a session: to find out, to put it back, to write. More come with other writers.
const MAX_BATCHES = 32;
const RETRY_AFTER_MS = 1000;

/** What a writer works with. */
export interface WriterParts {
  readonly store: SessionStore;
  readonly ttlMs: number;
  readonly now: Clock;
  /** The store had lost a session, and has it again. */
  readonly putBack: (entry: Entry) => void;
}

/** Brings entries and store together: one write at a time for each session, with all changes that have come up to then. */
export class SessionWriter {
  readonly #parts: WriterParts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** Writes until one change, or everything there is, is in the store. */
  async write(entry: Entry, change?: Change): Promise<Writing> {
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      const outcome = await this.#nextBatch(entry);
      if (outcome.outcome !== "written") return outcome;
      const isDone =
        change === undefined
          ? entry.changes.length === 0 && entry.stored.revision > 0 && !entry.lost
          : !entry.changes.includes(change);
      if (isDone) return outcome;
    }
    return unavailable("contended", RETRY_AFTER_MS);
  }

  #nextBatch(entry: Entry): Promise<Writing> {
    const batch = (entry.batch as Promise<Writing> | undefined) ?? this.#writeBatch(entry);
    entry.batch = batch;
    return batch;
  }

  async #writeBatch(entry: Entry): Promise<Writing> {
    try {
      if (entry.stored.revision === 0 || entry.lost) return await this.#restore(entry);
      if (entry.changes.length === 0) return await this.#refresh(entry);
      return await this.#update(entry, entry.changes);
    } finally {
      entry.batch = undefined;
    }
  }

  /** Without the changes of this process: they go on top of what is there then, whoever put it back. */
  async #restore(entry: Entry): Promise<Writing> {
    const { store, now, putBack } = this.#parts;
    const { stored, lost } = entry;
    const askedAtMs = now();
    const record = { value: stored.value, revision: Math.max(1, stored.revision) };
    const outcome = await store.restoreMissing(entry.id, record);
    if (outcome.outcome !== "restored" && outcome.outcome !== "exists") return outcome;
    confirm(entry, outcome.record, [], askedAtMs);
    if (lost && outcome.outcome === "restored") putBack(entry);
    return { outcome: "written" };
  }

  async #refresh(entry: Entry): Promise<Writing> {
    const { store, now } = this.#parts;
    const askedAtMs = now();
    const outcome = await store.read(entry.id);
    if (outcome.outcome === "found") {
      // A store that went back to an earlier revision lost the later one.
      if (outcome.record.revision < entry.stored.revision) entry.lost = true;
      else confirm(entry, outcome.record, [], askedAtMs);
      return { outcome: "written" };
    }
    return outcome.outcome === "missing" ? this.#lose(entry, askedAtMs) : outcome;
  }

  async #update(entry: Entry, taken: readonly Change[]): Promise<Writing> {
    const { store, now } = this.#parts;
    const askedAtMs = now();
    const change = (value: string) => applied(taken, value);
    const outcome = await store.update(entry.id, change, entry.stored);
    if (outcome.outcome === "updated") {
      confirm(entry, outcome.record, taken, askedAtMs);
      return { outcome: "written" };
    }
    return outcome.outcome === "missing" ? this.#lose(entry, askedAtMs) : outcome;
  }

  /** What is missing although it was used within its TTL was lost by the store; otherwise it has expired. */
  #lose(entry: Entry, atMs: number): Writing {
    if (atMs - entry.touchedAtMs > this.#parts.ttlMs) return { outcome: "missing" };
    entry.lost = true;
    return { outcome: "written" };
  }
}
