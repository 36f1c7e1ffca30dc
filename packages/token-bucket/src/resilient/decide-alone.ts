import type { Bucket } from "../bucket.ts";
import type { BucketState } from "../gcra.ts";
import type { MemoryStore } from "../memory.ts";
import { costOf, requireDistinct } from "../request.ts";
import type { Decision, TakeRequest } from "../store.ts";

/**
 * Decides a request in this process alone, each bucket as its `onStoreFailure` says: `local` ones in full by the local
 * store, `open` ones not at all, and one that is `closed` refuses (audited: is reported as one that would have).
 */
export function decideAlone(
  request: TakeRequest,
  local: MemoryStore,
  retryAfterMicros: number,
): Decision {
  const { buckets } = request;
  if (buckets.every(isLocal)) return { ...local.take(request), source: "local" };
  const cost = costOf(request);
  requireDistinct(buckets);
  const closed = cost === 0 ? [] : indicesOf(buckets, isClosed);
  const refusedBy = closed.filter((index) => buckets[index]?.audit === false);
  const audited = closed.filter((index) => buckets[index]?.audit === true);
  const own = indicesOf(buckets, isLocal);
  const lost = refusedBy.length > 0;
  // Refused by what is closed, nothing is to be charged: only looked at.
  const decision = local.take({
    ...request,
    buckets: buckets.filter(isLocal),
    cost: lost ? 0 : cost,
  });
  const auditRefusedBy = [...audited, ...decision.auditRefusedBy.map(placeIn(own))].toSorted(
    ascending,
  );
  const states = statesOf(request, decision, own, retryAfterMicros);
  const told = { source: "local", states, auditRefusedBy } as const;
  if (lost) return { ...told, allowed: false, reason: "store-lost", refusedBy, retryAfterMicros };
  if (decision.allowed) return { ...told, allowed: true };
  return { ...decision, ...told, refusedBy: decision.refusedBy.map(placeIn(own)) };
}

/** What is left in a bucket that cannot be asked for is what may be taken: all of an open one, nothing of a closed one. */
function statesOf(
  { buckets, states: wanted = true }: TakeRequest,
  decision: Decision,
  own: readonly number[],
  retryAfterMicros: number,
): readonly BucketState[] {
  if (!wanted) return [];
  return buckets.map((bucket, index) => {
    if (isLocal(bucket)) return decision.states[own.indexOf(index)] ?? full(bucket);
    if (!isClosed(bucket)) return full(bucket);
    return { remaining: 0, nextUnitMicros: retryAfterMicros, resetMicros: retryAfterMicros };
  });
}

function full({ capacity }: Bucket): BucketState {
  return { remaining: capacity, nextUnitMicros: 0, resetMicros: 0 };
}

function isLocal({ onStoreFailure }: Bucket): boolean {
  return onStoreFailure === "local";
}

function isClosed({ onStoreFailure }: Bucket): boolean {
  return onStoreFailure === "closed";
}

function indicesOf(
  buckets: readonly Bucket[],
  matches: (bucket: Bucket) => boolean,
): readonly number[] {
  return [...buckets.keys()].filter((index) => matches(buckets[index] as Bucket));
}

function placeIn(own: readonly number[]): (index: number) => number {
  return (index) => own[index] as number;
}

function ascending(a: number, b: number): number {
  return a - b;
}
