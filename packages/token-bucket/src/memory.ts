import type { Bucket } from "./bucket.ts";
import { monotonicClock, type Clock } from "./clock.ts";
import { decide, refuseForRoom } from "./decide.ts";
import { TokenBucketError } from "./error.ts";
import { ExpiryQueue } from "./expiry-queue.ts";
import type { Decision, TakeRequest, TokenBucketStore } from "./store.ts";

/** A store in this process: it answers at once, so a caller's hot path needs no promise. */
export interface MemoryStore extends TokenBucketStore {
  take(request: TakeRequest): Decision;
  takeBatch(requests: readonly TakeRequest[]): readonly Decision[];
  /** Buckets held: those in debt, and for a while some that have become full again. */
  readonly size: number;
}

/** How a memory store is made; every field has a default. */
export interface MemoryStoreOptions {
  /** Default: a clock that never steps back. */
  readonly now?: Clock;
  /** Most buckets in debt at one time; default 100,000, about 20 MB. */
  readonly maxBuckets?: number;
}

interface Entry {
  readonly bucket: Bucket;
  tat: number;
  dueMicros: number;
}

/**
 * Makes an empty store. A full bucket needs no entry, so repaid ones are dropped as others come, without a timer. With
 * `maxBuckets` all in debt, a request for another is refused (`store-full`) until one is repaid: no debt is forgiven.
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  return new InProcessStore(options.now ?? monotonicClock, options.maxBuckets ?? 100_000);
}

class InProcessStore implements MemoryStore {
  readonly #entries = new Map<string, Entry>();
  readonly #queue = new ExpiryQueue<Entry>();
  readonly #now: Clock;
  readonly #maxBuckets: number;
  #latestMicros = 0;
  #steppedBack = false;

  constructor(now: Clock, maxBuckets: number) {
    if (!Number.isSafeInteger(maxBuckets) || maxBuckets < 1) {
      throw new TokenBucketError(
        "invalid-bound",
        `maxBuckets is ${maxBuckets}; it must be a whole number of at least 1`,
      );
    }
    this.#now = now;
    this.#maxBuckets = maxBuckets;
  }

  get size(): number {
    return this.#entries.size;
  }

  take(request: TakeRequest): Decision {
    return this.#takeAt(request, this.#readClock());
  }

  takeBatch(requests: readonly TakeRequest[]): readonly Decision[] {
    const nowMicros = this.#readClock();
    return requests.map((request) => this.#takeAt(request, nowMicros));
  }

  #readClock(): number {
    const nowMicros = this.#now();
    if (nowMicros < this.#latestMicros) this.#steppedBack = true;
    this.#latestMicros = nowMicros;
    return nowMicros;
  }

  #takeAt(request: TakeRequest, nowMicros: number): Decision {
    const { buckets } = request;
    this.#requireFits(buckets.length);
    const entries: (Entry | undefined)[] = [];
    const stored: number[] = [];
    for (const bucket of buckets) {
      const entry = this.#entries.get(bucket.id);
      entries.push(entry);
      stored.push(entry === undefined ? 0 : entry.tat);
    }
    const { decision, tats } = decide(request, stored, nowMicros);
    if (request.cost === 0) return decision;
    let newcomers: number[] | undefined;
    for (let index = 0; index < buckets.length; index++) {
      if (entries[index] === undefined && (tats[index] as number) > nowMicros)
        (newcomers ??= []).push(index);
    }
    if (newcomers !== undefined) {
      const waitMicros = this.#makeRoom(newcomers.length, nowMicros, entries);
      if (waitMicros > 0) {
        return refuseForRoom(request, stored, nowMicros, {
          refusedBy: newcomers,
          retryAfterMicros: waitMicros,
        });
      }
    }
    this.#write(buckets, entries, tats, nowMicros);
    return decision;
  }

  /** A refusal writes too, but only what a clock that stepped back made void: the debt beyond an empty bucket. */
  #write(
    buckets: readonly Bucket[],
    entries: readonly (Entry | undefined)[],
    tats: readonly number[],
    nowMicros: number,
  ): void {
    for (let index = 0; index < buckets.length; index++) {
      const tat = tats[index] as number;
      const entry = entries[index];
      if (entry !== undefined) entry.tat = tat;
      else if (tat > nowMicros) this.#insert(buckets[index] as Bucket, tat);
    }
  }

  #insert(bucket: Bucket, tat: number): void {
    const entry: Entry = { bucket, tat, dueMicros: tat };
    this.#entries.set(bucket.id, entry);
    this.#queue.add(entry);
  }

  /** Microseconds until there is room for `count` more buckets beside those of `needed`: 0 when there is. */
  #makeRoom(count: number, nowMicros: number, needed: readonly (Entry | undefined)[]): number {
    // Two out for each one in: the store shrinks to the buckets in debt however fast new ones come.
    this.#dropExpired(nowMicros, 2 * count, needed);
    if (this.#lacking(count) > 0 && this.#steppedBack) this.#reorder(nowMicros);
    this.#dropExpired(nowMicros, this.#lacking(count), needed);
    const lacking = this.#lacking(count);
    return lacking > 0 ? this.#queue.nthExpiry(lacking, needed) - nowMicros : 0;
  }

  #lacking(count: number): number {
    return this.#entries.size + count - this.#maxBuckets;
  }

  #dropExpired(nowMicros: number, limit: number, needed: readonly (Entry | undefined)[]): void {
    const kept: Entry[] = [];
    for (let dropped = 0; dropped < limit;) {
      const entry = this.#queue.takeExpired(nowMicros);
      if (entry === undefined) break;
      if (needed.includes(entry)) {
        kept.push(entry);
      } else {
        this.#entries.delete(entry.bucket.id);
        dropped += 1;
      }
    }
    for (const entry of kept) this.#queue.add(entry);
  }

  #requireFits(count: number): void {
    if (count <= this.#maxBuckets) return;
    throw new TokenBucketError(
      "invalid-bound",
      `maxBuckets is ${this.#maxBuckets}, but one request names ${count} buckets; raise it`,
    );
  }

  #reorder(nowMicros: number): void {
    this.#queue.reorder(
      (entry) => (entry.tat = Math.min(entry.tat, nowMicros + entry.bucket.tauMicros)),
    );
    this.#steppedBack = false;
  }
}
