import { readRecord, writeRecord } from "./record.ts";
import type { KeptSession, SharedSessions, StoreAway } from "./shared-sessions.ts";

const AWAY: StoreAway = { outcome: "unavailable", retryAfterMs: 1_500 };

/** A store of sessions in memory that several processes of a test share. */
class FakeStore {
  readonly #records = new Map<string, string>();
  readonly #ended = new Set<string>();
  /** What was said, with who said it, and to whom if it was for one process. */
  readonly said: string[] = [];
  reads = 0;
  isAway = false;
  isUnreadable = false;
  /** What a read waits for. */
  reading: () => Promise<void> = async () => undefined;

  /** Loses a session, as when its time is over. */
  forget(id: string): void {
    this.#records.delete(id);
  }

  has(id: string): boolean {
    return this.#records.has(id);
  }

  /** The store as one process has it. */
  process(tag: string, freshMs = 0): SharedSessions {
    return {
      tag,
      freshMs,
      lateMs: 100,
      create: async (id, record) => {
        if (this.isAway) return AWAY;
        this.#records.set(id, writeRecord(record));
        return { outcome: "created" };
      },
      read: async (id) => {
        this.reads++;
        await this.reading();
        return this.#read(id);
      },
      lives: async (id) => this.isAway || this.#records.has(id),
      end: async (id) => {
        if (this.isAway) return AWAY;
        this.#records.delete(id);
        this.#ended.add(id);
        return { outcome: "ended" };
      },
      share: (id) => async (change) => {
        const kept = this.#read(id);
        if (kept.outcome !== "found") return undefined;
        const record = { ...kept.record, ...change(kept.record) };
        this.#records.set(id, writeRecord(record));
        return record;
      },
      answer: (to, id, text) => void this.said.push(`${tag} to ${to}: ${id} ${text}`),
      tell: (id, text) => void this.said.push(`${tag}: ${id} ${text}`),
      close: async () => undefined,
    };
  }

  #read(id: string): KeptSession {
    if (this.isAway) return AWAY;
    if (this.isUnreadable) return { outcome: "unreadable" };
    if (this.#ended.has(id)) return { outcome: "ended" };
    const text = this.#records.get(id);
    const record = text === undefined ? undefined : readRecord(text);
    return record === undefined ? { outcome: "missing" } : { outcome: "found", record };
  }
}

export { FakeStore };
