import type { Bucket } from "../bucket.ts";
import type { TakeRequest } from "../store.ts";
import type { Short } from "./decode-answer.ts";
import { incrementOf } from "./increment.ts";

/** What is known of a bucket that refused, on this process's own clock. */
interface Debt {
  /** It is not full before: when the request left, and what the bucket owed then or later. */
  readonly fullAtMicros: number;
  /** It may not be full before: the same from when the answer came. */
  readonly fullByMicros: number;
}

/** Which buckets still refuse, and for how long they may. */
export interface KnownRefusal {
  readonly refusedBy: readonly number[];
  readonly retryAfterMicros: number;
}

/** Shorter waits are over before they could save anything. */
const SHORTEST_WAIT_MICROS = 2_000;

/**
 * Buckets that refused a moment ago. Others can only add to what a bucket owes, so until its debt of then has shrunk
 * enough by time alone, a request is certain to be refused and the store need not be asked. Audited buckets are never in it.
 */
export class DenyCache {
  readonly #debts = new Map<string, Debt>();
  readonly #most: number;
  readonly #now: () => number;

  /** Keeps `most` buckets, those heard of longest ago go first; `now` is monotonic, in µs. */
  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#now = now;
  }

  /** Why a request would certainly be refused, if that is known. */
  refusal({ buckets }: TakeRequest, cost: number): KnownRefusal | undefined {
    if (this.#debts.size === 0) return undefined;
    let refusedBy: number[] | undefined;
    let nowMicros: number | undefined;
    let retryAfterMicros = 0;
    for (let index = 0; index < buckets.length; index++) {
      const bucket = buckets[index];
      if (bucket === undefined || bucket.audit) continue;
      // No wait helps: the store is to say so, and of which buckets.
      if (cost * bucket.weight > bucket.capacity) return undefined;
      const debt = this.#debts.get(bucket.id);
      if (debt === undefined) continue;
      nowMicros ??= this.#now();
      const enoughMicros = nowMicros + bucket.tauMicros - incrementOf(bucket, cost);
      if (debt.fullAtMicros <= enoughMicros) {
        if (debt.fullByMicros <= nowMicros) this.#debts.delete(bucket.id);
        continue;
      }
      (refusedBy ??= []).push(index);
      retryAfterMicros = Math.max(retryAfterMicros, debt.fullByMicros - enoughMicros);
    }
    return refusedBy === undefined ? undefined : { refusedBy, retryAfterMicros };
  }

  /** Notes what an answer said that was asked for at `sentMicros`. */
  learn(request: TakeRequest, cost: number, short: readonly Short[], sentMicros: number): void {
    if (this.#most === 0) return;
    const nowMicros = this.#now();
    for (const { index, waitMicros } of short) {
      const bucket = request.buckets[index];
      if (bucket === undefined || bucket.audit || !isWorthKnowing(bucket, cost, waitMicros))
        continue;
      const owedMicros = waitMicros + bucket.tauMicros - incrementOf(bucket, cost);
      // Put last even if it was there: a bucket that is asked for stays, as it is heard of once an interval.
      this.#debts.delete(bucket.id);
      this.#debts.set(bucket.id, {
        fullAtMicros: sentMicros + owedMicros,
        fullByMicros: nowMicros + owedMicros,
      });
      if (this.#debts.size > this.#most) this.#dropOldest();
    }
  }

  #dropOldest(): void {
    for (const id of this.#debts.keys()) {
      this.#debts.delete(id);
      return;
    }
  }
}

/** A cost that the bucket can never hold says nothing of its debt that lasts. */
function isWorthKnowing(bucket: Bucket, cost: number, waitMicros: number): boolean {
  return waitMicros >= SHORTEST_WAIT_MICROS && cost * bucket.weight <= bucket.capacity;
}
