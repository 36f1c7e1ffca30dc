import { refreshAfterMs } from "../store/time-to-live.ts";
import { EntryCache } from "./entry-cache.ts";
import type { Entry } from "./entry.ts";
import { Loads } from "./loads.ts";
import type { CacheSettings } from "./settings.ts";

// A sweep goes on in the next turn after so many, so that it never holds up a request.
const SWEPT_AT_ONCE = 500;

/** The sessions that this process knows, and how far it may trust what it knows. */
export class Residents {
  readonly entries: EntryCache;
  readonly loads = new Loads();
  readonly #settings: CacheSettings;
  /** What waits for the store must not be evicted before. */
  readonly #owed = new Map<string, () => void>();
  /** What other processes said before may have been missed. */
  #trustedSinceMs = -Infinity;
  #stopSweeping: () => void;

  constructor(settings: CacheSettings) {
    this.#settings = settings;
    this.entries = new EntryCache(settings, ({ id }) => settings.observe({ kind: "evicted", id }));
    this.#stopSweeping = settings.timer(this.#sweepAfterMs, () => this.#sweep());
  }

  /** An entry that was used here within its TTL: no store can have let it expire. */
  living(id: string, nowMs: number): Entry | undefined {
    const entry = this.entries.get(id);
    if (entry === undefined || nowMs - entry.touchedAtMs > this.#settings.ttlMs) return undefined;
    return entry;
  }

  /** Whether the store need not be asked: it was within a tenth of the TTL, and nobody has spoken of a change since. */
  isFresh(entry: Entry, nowMs: number): boolean {
    const { refreshedAtMs, stored, lost } = entry;
    const isRecent = nowMs - refreshedAtMs < refreshAfterMs(this.#settings.ttlMs);
    return isRecent && refreshedAtMs >= this.#trustedSinceMs && stored.revision > 0 && !lost;
  }

  /** The store has to be asked of this session before it is used again, unless that revision is known here. */
  outdate(id: string, revision: number): void {
    this.loads.outdate(id);
    const entry = this.entries.get(id);
    if (entry !== undefined && entry.stored.revision < revision) {
      entry.refreshedAtMs = -Infinity;
    }
  }

  /** The store has to be asked of every session before it is used again. */
  outdateAll(): void {
    this.#trustedSinceMs = this.#settings.now();
    this.#settings.observe({ kind: "bus-gap" });
  }

  drop(id: string, kind: "idle" | "ended"): void {
    const isKnown = this.entries.get(id) !== undefined;
    this.entries.delete(id);
    this.loads.outdate(id);
    this.settled(id);
    if (isKnown) this.#settings.observe({ kind, id });
  }

  /** Keeps an entry until it is settled. */
  keep(entry: Entry): void {
    if (!this.#owed.has(entry.id)) this.#owed.set(entry.id, this.entries.hold(entry.id));
    this.entries.set(entry);
  }

  settled(id: string): void {
    this.#owed.get(id)?.();
    this.#owed.delete(id);
  }

  close(): void {
    this.#stopSweeping();
  }

  get #sweepAfterMs(): number {
    return Math.max(1000, refreshAfterMs(this.#settings.ttlMs));
  }

  #sweep(): void {
    const nowMs = this.#settings.now();
    let swept = 0;
    while (swept < SWEPT_AT_ONCE) {
      const entry = this.entries.oldest();
      if (entry === undefined || nowMs - entry.touchedAtMs <= this.#settings.ttlMs) break;
      this.drop(entry.id, "idle");
      swept += 1;
    }
    const delayMs = swept === SWEPT_AT_ONCE ? 0 : this.#sweepAfterMs;
    this.#stopSweeping = this.#settings.timer(delayMs, () => this.#sweep());
  }
}
