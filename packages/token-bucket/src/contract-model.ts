import type { Bucket } from "./bucket.ts";
import type { TakeRequest } from "./store.ts";

/** What the model says of one request; waits are exact, undefined means never. */
export interface Expected {
  readonly allowed: boolean;
  readonly refusedBy: readonly number[];
  readonly auditRefusedBy: readonly number[];
  readonly retryAfterMicros: number | undefined;
  readonly remaining: readonly number[];
}

/**
 * Token buckets the long way: levels that refill, in big integers of one token × emission, with none of the
 * arithmetic of the package. The clock must not step back.
 */
export class LevelModel {
  readonly #levels = new Map<string, { level: bigint; at: bigint }>();

  /** Answers a request and charges it when every bucket that enforces holds `cost` × weight tokens. */
  take({ buckets, cost = 1 }: TakeRequest, nowMicros: number): Expected {
    const now = BigInt(nowMicros);
    const levels = buckets.map((bucket) => this.#levelAt(bucket, now));
    const short = { enforced: [] as number[], audited: [] as number[] };
    let wait: bigint | undefined = 0n;
    for (const [index, bucket] of buckets.entries()) {
      const missing = wantedOf(bucket, cost) - (levels[index] ?? 0n);
      if (missing <= 0n) continue;
      short[bucket.audit ? "audited" : "enforced"].push(index);
      if (bucket.audit) continue;
      if (cost * bucket.weight > bucket.capacity) wait = undefined;
      else if (wait !== undefined && missing > wait) wait = missing;
    }
    const allowed = short.enforced.length === 0;
    const remaining = buckets.map((bucket, index) => {
      const charged = allowed && !short.audited.includes(index);
      const level = (levels[index] ?? 0n) - (charged ? wantedOf(bucket, cost) : 0n);
      if (charged) this.#levels.set(bucket.id, { level, at: now });
      return Number(level / emissionOf(bucket));
    });
    return {
      allowed,
      refusedBy: short.enforced,
      auditRefusedBy: short.audited,
      retryAfterMicros: wait === undefined ? undefined : Number(wait),
      remaining,
    };
  }

  #levelAt(bucket: Bucket, now: bigint): bigint {
    const full = BigInt(bucket.capacity) * emissionOf(bucket);
    const known = this.#levels.get(bucket.id);
    if (known === undefined) return full;
    const level = known.level + (now - known.at);
    return level < full ? level : full;
  }
}

function wantedOf(bucket: Bucket, cost: number): bigint {
  return BigInt(cost) * BigInt(bucket.weight) * emissionOf(bucket);
}

function emissionOf(bucket: Bucket): bigint {
  const [period, capacity] = [BigInt(bucket.periodMicros), BigInt(bucket.capacity)];
  return (period + capacity - 1n) / capacity;
}
