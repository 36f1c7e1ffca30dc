import type { Bucket } from "./bucket.ts";
import { TokenBucketError } from "./error.ts";
import type { TakeRequest } from "./store.ts";

/** The units that a request takes before weights; throws `TokenBucketError("invalid-cost")`. */
export function costOf(request: TakeRequest): number {
  const { cost = 1 } = request;
  if (!Number.isSafeInteger(cost) || cost < 0) {
    throw new TokenBucketError(
      "invalid-cost",
      `cost is ${cost}; it must be a whole number of at least 0`,
    );
  }
  return cost;
}

/** Throws `TokenBucketError("duplicate-bucket")` when a bucket is named twice. */
export function requireDistinct(buckets: readonly Bucket[]): void {
  for (let index = 1; index < buckets.length; index++) requireFirst(buckets, index);
}

/** Throws `TokenBucketError("duplicate-bucket")` when the bucket at `index` is named before. */
export function requireFirst(buckets: readonly Bucket[], index: number): void {
  const { limitId, owner, id } = buckets[index] as Bucket;
  for (let before = 0; before < index; before++) {
    const other = buckets[before] as Bucket;
    // The same as comparing ids, which of an owner's bucket are often made for this one request.
    if (other.limitId === limitId && other.owner === owner) {
      throw new TokenBucketError(
        "duplicate-bucket",
        `bucket ${JSON.stringify(id)} is in the request twice; list it once`,
      );
    }
  }
}
