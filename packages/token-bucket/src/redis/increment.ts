import type { Bucket } from "../bucket.ts";

/**
 * What a bucket owes more, in µs, once a request of this cost is taken from it. A cost that it can never hold comes to
 * one microsecond more than it ever has, so that the script refuses it and no number passes 2^53.
 */
export function incrementOf(bucket: Bucket, cost: number): number {
  const units = cost * bucket.weight;
  return units > bucket.capacity ? bucket.tauMicros + 1 : units * bucket.emissionMicros;
}
