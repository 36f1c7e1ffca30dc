import type { Bucket } from "./bucket.ts";
import { charged, stateOf, waitFor, withinTau, type BucketState } from "./gcra.ts";
import { costOf, requireFirst } from "./request.ts";
import type { Decision, TakeRequest } from "./store.ts";

/** A decision and the TATs to keep from now on, one per bucket; they equal the stored ones unless charged or clamped. */
export interface Outcome {
  readonly decision: Decision;
  readonly tats: readonly number[];
}

const NONE: readonly number[] = Object.freeze([]);
const NO_STATES: readonly BucketState[] = Object.freeze([]);

/** Decides one request against stored TATs (0 for a bucket never seen): all buckets are charged, or none. */
export function decide(
  request: TakeRequest,
  storedTats: readonly number[],
  nowMicros: number,
): Outcome {
  const { buckets } = request;
  const cost = costOf(request);
  const tats: number[] = [];
  let refusedBy: number[] | undefined;
  let shortAudited: number[] | undefined;
  let longestWait = 0;
  for (let index = 0; index < buckets.length; index++) {
    const bucket = buckets[index] as Bucket;
    requireFirst(buckets, index);
    const tat = withinTau(storedTats[index] as number, nowMicros, bucket);
    const wait = waitFor(tat, nowMicros, cost * bucket.weight, bucket);
    tats.push(tat);
    if (wait === 0) continue;
    if (bucket.audit) {
      (shortAudited ??= []).push(index);
    } else {
      (refusedBy ??= []).push(index);
      longestWait = Math.max(longestWait, wait);
    }
  }
  const auditRefusedBy = shortAudited ?? NONE;
  if (refusedBy === undefined) {
    if (cost > 0) charge(tats, request, nowMicros, auditRefusedBy);
    return {
      decision: { allowed: true, states: statesOf(tats, nowMicros, request), auditRefusedBy },
      tats,
    };
  }
  const retryAfterMicros = Number.isFinite(longestWait) ? longestWait : undefined;
  const states = statesOf(tats, nowMicros, request);
  return {
    decision: {
      allowed: false,
      reason: "limit",
      refusedBy,
      retryAfterMicros,
      states,
      auditRefusedBy,
    },
    tats,
  };
}

function charge(
  tats: number[],
  { buckets, cost = 1 }: TakeRequest,
  nowMicros: number,
  short: readonly number[],
): void {
  for (let index = 0; index < buckets.length; index++) {
    // Enforcing, a short bucket would not have been charged: an audit that charged it would count too many.
    if (short !== NONE && short.includes(index)) continue;
    const bucket = buckets[index] as Bucket;
    tats[index] = charged(tats[index] as number, nowMicros, cost * bucket.weight, bucket);
  }
}

/** The answer when a store has no room for the debts of the buckets at `refusedBy`, and none may be forgotten. */
export function refuseForRoom(
  request: TakeRequest,
  storedTats: readonly number[],
  nowMicros: number,
  room: { readonly refusedBy: readonly number[]; readonly retryAfterMicros: number },
): Decision {
  const tats = request.buckets.map((bucket, index) =>
    withinTau(storedTats[index] as number, nowMicros, bucket),
  );
  const states = statesOf(tats, nowMicros, request);
  return { allowed: false, reason: "store-full", ...room, states, auditRefusedBy: NONE };
}

function statesOf(
  tats: readonly number[],
  nowMicros: number,
  { buckets, states: wanted = true }: TakeRequest,
): readonly BucketState[] {
  if (!wanted) return NO_STATES;
  const states: BucketState[] = [];
  for (let index = 0; index < buckets.length; index++) {
    states.push(stateOf(tats[index] as number, nowMicros, buckets[index] as Bucket));
  }
  return states;
}
