import type { Bucket, BucketState, Decision, Refused } from "@headgate/token-bucket";
import type { LimitSet } from "../limits/limit-table.ts";

/** A limit as callers are told of it, in calls like the one that was decided. */
interface Policy {
  readonly name: string;
  /** Calls that a full bucket lets through at once. */
  readonly calls: number;
  readonly windowSeconds: number;
}

/** What a limit leaves a caller. */
interface Left {
  readonly name: string;
  /** Calls that would still pass. */
  readonly remaining: number;
  /** Until one more would pass; 0 when the bucket is full. */
  readonly nextCallMicros: number;
}

/** What a limit leaves, in full. */
interface Quota extends Left {
  /** Until the bucket is full. */
  readonly resetMicros: number;
}

/** Where callers find their quota in `_meta` of results and in `data` of errors. */
const QUOTA_KEY = "io.headgate/quota";

/** Below this share of what a limit holds, headers tell what is left. */
const LOW_SHARE = 0.2;

/** The limits that can refuse, in the order in which they were asked. */
function policiesOf({ limits, buckets }: LimitSet): Policy[] {
  return limits.flatMap(({ name }, index) => {
    const bucket = buckets[index];
    if (bucket === undefined || bucket.audit) return [];
    const calls = Math.floor(bucket.capacity / bucket.weight);
    const windowSeconds = Math.max(1, Math.ceil(bucket.periodMicros / 1_000_000));
    return [{ name, calls, windowSeconds }];
  });
}

/** What each limit that can refuse leaves after a decision; nothing of those whose state the store did not tell. */
function quotasOf({ limits, buckets }: LimitSet, { states }: Decision): Quota[] {
  return limits.flatMap(({ name }, index) => {
    const [bucket, state] = [buckets[index], states[index]];
    if (bucket === undefined || state === undefined || bucket.audit) return [];
    return [quotaOf(name, bucket, state)];
  });
}

function quotaOf(name: string, bucket: Bucket, state: BucketState): Quota {
  const { weight, emissionMicros } = bucket;
  const remaining = Math.floor(state.remaining / weight);
  const missing = (remaining + 1) * weight - state.remaining;
  const isFull = state.resetMicros === 0;
  return {
    name,
    remaining,
    nextCallMicros: isFull ? 0 : state.nextUnitMicros + (missing - 1) * emissionMicros,
    resetMicros: state.resetMicros,
  };
}

/** What is left after a refusal, whose store may tell no more than the wait: of a limit that refused, nothing. */
function leftAfter(set: LimitSet, refused: Refused): Left | undefined {
  const quotas = quotasOf(set, refused);
  if (quotas.length > 0) return tightestOf(quotas);
  const { refusedBy, retryAfterMicros } = refused;
  const name = set.limits[refusedBy[0] ?? 0]?.name;
  if (name === undefined || retryAfterMicros === undefined) return undefined;
  return { name, remaining: 0, nextCallMicros: retryAfterMicros };
}

/** The limit with the fewest calls left; of two with equally few, the one that takes longer to have more. */
function tightestOf(quotas: readonly Left[]): Left | undefined {
  let tightest: Left | undefined;
  for (const quota of quotas)
    if (tightest === undefined || isTighter(quota, tightest)) tightest = quota;
  return tightest;
}

function isTighter(one: Left, other: Left): boolean {
  if (one.remaining !== other.remaining) return one.remaining < other.remaining;
  return one.nextCallMicros > other.nextCallMicros;
}

/** Whether some limit that can refuse has little left after a decision, as far as the store told. */
function isLow({ buckets }: LimitSet, { states }: Decision): boolean {
  for (let index = 0; index < states.length; index++) {
    const [bucket, state] = [buckets[index], states[index]];
    if (bucket === undefined || state === undefined || bucket.audit) continue;
    const remaining = Math.floor(state.remaining / bucket.weight);
    if (remaining < LOW_SHARE * Math.floor(bucket.capacity / bucket.weight)) return true;
  }
  return false;
}

/**
 * `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-11, the one place that knows their form:
 * every limit that applies, and what the tightest leaves. Names of limits are plain structured-field strings.
 */
function quotaHeaders(
  policies: readonly Policy[],
  left: Left | undefined,
): Readonly<Record<string, string>> {
  if (left === undefined) return {};
  const { name, remaining, nextCallMicros } = left;
  const listed = policies.map(({ name: of, calls, windowSeconds }) => {
    return `"${of}";q=${calls};w=${windowSeconds}`;
  });
  return {
    "ratelimit-policy": listed.join(", "),
    ratelimit: `"${name}";r=${remaining};t=${Math.ceil(nextCallMicros / 1_000_000)}`,
  };
}

/** The same for `_meta`, of every limit. */
function quotaFacts(quotas: readonly Quota[]): object[] {
  return quotas.map(({ name, remaining, resetMicros }) => ({
    limit: name,
    remaining,
    resetMs: Math.ceil(resetMicros / 1_000),
  }));
}

export {
  isLow,
  leftAfter,
  policiesOf,
  QUOTA_KEY,
  quotaFacts,
  quotaHeaders,
  quotasOf,
  tightestOf,
  type Quota,
};
