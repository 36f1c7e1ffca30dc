import type { Bucket, BucketState, Decision } from "@headgate/token-bucket";
import type { LimitSet } from "../limits/limit-table.ts";

/** What one limit leaves a caller, in calls like the one that was decided. */
interface Quota {
  readonly name: string;
  /** Calls that a full bucket lets through at once. */
  readonly calls: number;
  readonly windowSeconds: number;
  /** Calls that would still pass. */
  readonly remaining: number;
  /** Until one more would pass; 0 when the bucket is full. */
  readonly nextCallMicros: number;
  /** Until the bucket is full. */
  readonly resetMicros: number;
}

/** Where callers find their quota in `_meta` of results and in `data` of errors. */
const QUOTA_KEY = "io.headgate/quota";

/** Below this share of what a limit holds, headers tell what is left. */
const LOW_SHARE = 0.2;

/** What each limit that can refuse leaves after a decision, in the order in which they were asked. */
function quotasOf({ limits, buckets }: LimitSet, { states }: Decision): Quota[] {
  return limits.flatMap(({ name }, index) => {
    const [bucket, state] = [buckets[index], states[index]];
    if (bucket === undefined || state === undefined || bucket.audit) return [];
    return [quotaOf(name, bucket, state)];
  });
}

function quotaOf(name: string, bucket: Bucket, state: BucketState): Quota {
  const { capacity, weight, periodMicros, emissionMicros } = bucket;
  const remaining = Math.floor(state.remaining / weight);
  const missing = (remaining + 1) * weight - state.remaining;
  const isFull = state.resetMicros === 0;
  return {
    name,
    calls: Math.floor(capacity / weight),
    windowSeconds: Math.max(1, Math.ceil(periodMicros / 1_000_000)),
    remaining,
    nextCallMicros: isFull ? 0 : state.nextUnitMicros + (missing - 1) * emissionMicros,
    resetMicros: state.resetMicros,
  };
}

/** The limit with the fewest calls left; of two with equally few, the one that takes longer to have more. */
function tightestOf(quotas: readonly Quota[]): Quota | undefined {
  let tightest: Quota | undefined;
  for (const quota of quotas)
    if (tightest === undefined || isTighter(quota, tightest)) tightest = quota;
  return tightest;
}

function isTighter(one: Quota, other: Quota): boolean {
  if (one.remaining !== other.remaining) return one.remaining < other.remaining;
  return one.nextCallMicros > other.nextCallMicros;
}

/** Whether some limit that can refuse has little left after a decision. */
function isLow({ buckets }: LimitSet, { states }: Decision): boolean {
  for (let index = 0; index < buckets.length; index++) {
    const [bucket, state] = [buckets[index], states[index]];
    if (bucket === undefined || state === undefined || bucket.audit) continue;
    const remaining = Math.floor(state.remaining / bucket.weight);
    if (remaining < LOW_SHARE * Math.floor(bucket.capacity / bucket.weight)) return true;
  }
  return false;
}

/**
 * `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-11, the one place that knows their form:
 * every limit that applies, and the one with the least left. Names of limits are plain structured-field strings.
 */
function quotaHeaders(quotas: readonly Quota[]): Readonly<Record<string, string>> {
  const tightest = tightestOf(quotas);
  if (tightest === undefined) return {};
  const seconds = Math.ceil(tightest.nextCallMicros / 1_000_000);
  return {
    "ratelimit-policy": quotas
      .map(({ name, calls, windowSeconds }) => `"${name}";q=${calls};w=${windowSeconds}`)
      .join(", "),
    ratelimit: `"${tightest.name}";r=${tightest.remaining};t=${seconds}`,
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

export { isLow, QUOTA_KEY, quotaFacts, quotaHeaders, quotasOf, type Quota };
