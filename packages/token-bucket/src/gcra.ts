import type { Bucket } from "./bucket.ts";

/*
 * The generic cell rate algorithm in whole microseconds. A bucket's whole state is one number, its theoretical
 * arrival time (TAT): the moment at which it will be full. A TAT in the past, and so 0, is a full bucket.
 */

/** The stored TAT without what only a clock that stepped back explains: nobody owes more than an empty bucket does. */
export function withinTau(storedTat: number, nowMicros: number, bucket: Bucket): number {
  return Math.min(storedTat, nowMicros + bucket.tauMicros);
}

/** The TAT after taking `cost` units. */
export function charged(tat: number, nowMicros: number, cost: number, bucket: Bucket): number {
  return Math.max(tat, nowMicros) + cost * bucket.emissionMicros;
}

/** Microseconds until `cost` units are there: 0 when they are, Infinity when they never can be. */
export function waitFor(tat: number, nowMicros: number, cost: number, bucket: Bucket): number {
  if (cost > bucket.capacity) return Number.POSITIVE_INFINITY;
  return Math.max(0, charged(tat, nowMicros, cost, bucket) - nowMicros - bucket.tauMicros);
}

/** What is left in a bucket, in units, and when more comes, in microseconds from the decision. */
export interface BucketState {
  readonly remaining: number;
  /** Until one more whole unit is there; 0 when full. */
  readonly nextUnitMicros: number;
  /** Until it is full; 0 when full. */
  readonly resetMicros: number;
}

/** Describes a bucket whose TAT is within tau. */
export function stateOf(tat: number, nowMicros: number, bucket: Bucket): BucketState {
  const resetMicros = Math.max(0, tat - nowMicros);
  const credit = bucket.tauMicros - resetMicros;
  const remaining = Math.floor(credit / bucket.emissionMicros);
  const nextUnitMicros = resetMicros === 0 ? 0 : (remaining + 1) * bucket.emissionMicros - credit;
  return { remaining, nextUnitMicros, resetMicros };
}
