import { steadyClock, type Clock } from "../clock.ts";
import { wholeNumber } from "../option.ts";
import { unavailable, type Unavailable } from "../unavailable.ts";
import { requireFits } from "./record-text.ts";
import { nextRevision, putBackRevision } from "./revision.ts";
import type {
  Change,
  CreateOutcome,
  EndOutcome,
  ReadOutcome,
  RestoreOutcome,
  SessionRecord,
  SessionStore,
  UpdateOutcome,
} from "./session-store.ts";
import { recordLifeMs } from "./time-to-live.ts";

/** How a store in memory is made. */
export interface MemorySessionStoreOptions {
  /** How long a session lives after its last use; default 30 minutes. */
  readonly ttlMs?: number;
  /** Most sessions at one time, those that were ended lately included; default 100,000. */
  readonly maxSessions?: number;
  readonly now?: Clock;
}

/** A store for one process: nothing outlives it. */
export interface MemorySessionStore extends SessionStore {
  /** Sessions held, and for a while some that have ended or expired. */
  readonly size: number;
  /** Loses a record without a trace, as a store that was wiped does. */
  forget(id: string): void;
}

interface Slot {
  /** Undefined: ended. */
  readonly record: SessionRecord | undefined;
  readonly expiresAtMs: number;
}

/** Makes an empty store. */
export function memorySessionStore(options: MemorySessionStoreOptions = {}): MemorySessionStore {
  const { ttlMs = 30 * 60_000, maxSessions = 100_000, now = steadyClock } = options;
  wholeNumber("ttlMs", ttlMs, 10);
  wholeNumber("maxSessions", maxSessions, 1);
  return new InProcessSessions(ttlMs, maxSessions, now);
}

class InProcessSessions implements MemorySessionStore {
  // In the order of the last write, which is the order of expiry.
  readonly #slots = new Map<string, Slot>();
  readonly #ttlMs: number;
  readonly #maxSessions: number;
  readonly #now: Clock;

  constructor(ttlMs: number, maxSessions: number, now: Clock) {
    this.#ttlMs = ttlMs;
    this.#maxSessions = maxSessions;
    this.#now = now;
  }

  get size(): number {
    return this.#slots.size;
  }

  forget(id: string): void {
    this.#slots.delete(id);
  }

  async create(id: string, value: string): Promise<CreateOutcome> {
    requireFits(value);
    if (this.#at(id) !== undefined) return { outcome: "exists" };
    const full = this.#refuseWhenFull();
    if (full !== undefined) return full;
    return { outcome: "created", record: this.#write(id, { value, revision: 1 }) };
  }

  async read(id: string): Promise<ReadOutcome> {
    const slot = this.#at(id);
    if (slot?.record !== undefined) this.#write(id, slot.record);
    return readingOf(slot);
  }

  async peek(id: string): Promise<ReadOutcome> {
    return readingOf(this.#at(id));
  }

  async update(id: string, change: Change): Promise<UpdateOutcome> {
    const slot = this.#at(id);
    if (slot === undefined) return { outcome: "missing" };
    if (slot.record === undefined) return { outcome: "ended" };
    const value = change(slot.record.value);
    requireFits(value);
    const revision = nextRevision(slot.record.revision, this.#now());
    const record = value === slot.record.value ? slot.record : { value, revision };
    return { outcome: "updated", record: this.#write(id, record) };
  }

  async end(id: string): Promise<EndOutcome> {
    const slot = this.#at(id);
    if (slot === undefined) {
      const full = this.#refuseWhenFull();
      if (full !== undefined) return full;
    }
    this.#put(id, undefined);
    if (slot === undefined) return { outcome: "ended", was: "missing" };
    return { outcome: "ended", was: slot.record === undefined ? "ended" : "live" };
  }

  async restoreMissing(id: string, record: SessionRecord): Promise<RestoreOutcome> {
    requireFits(record.value);
    const slot = this.#at(id);
    if (slot !== undefined && slot.record === undefined) return { outcome: "ended" };
    if (slot?.record !== undefined && slot.record.revision >= record.revision) {
      return { outcome: "exists", record: this.#write(id, slot.record) };
    }
    const full = slot === undefined ? this.#refuseWhenFull() : undefined;
    if (full !== undefined) return full;
    const revision = putBackRevision(record.revision);
    return { outcome: "restored", record: this.#write(id, { value: record.value, revision }) };
  }

  #at(id: string): Slot | undefined {
    const slot = this.#slots.get(id);
    if (slot === undefined || this.#now() < slot.expiresAtMs) return slot;
    this.#slots.delete(id);
    return undefined;
  }

  #write(id: string, record: SessionRecord): SessionRecord {
    this.#put(id, record);
    return record;
  }

  #put(id: string, record: SessionRecord | undefined): void {
    this.#slots.delete(id);
    this.#slots.set(id, { record, expiresAtMs: this.#now() + recordLifeMs(this.#ttlMs) });
  }

  #refuseWhenFull(): Unavailable | undefined {
    const now = this.#now();
    let dropped = 0;
    for (const [id, { expiresAtMs }] of this.#slots) {
      // Two out for each one in: expired ones go as others come, without a timer and without a long pause.
      if (dropped === 2) break;
      if (expiresAtMs > now) {
        if (this.#slots.size < this.#maxSessions) break;
        return unavailable("store-full", Math.ceil(expiresAtMs - now));
      }
      this.#slots.delete(id);
      dropped += 1;
    }
    return undefined;
  }
}

function readingOf(slot: Slot | undefined): ReadOutcome {
  if (slot === undefined) return { outcome: "missing" };
  return slot.record === undefined
    ? { outcome: "ended" }
    : { outcome: "found", record: slot.record };
}
