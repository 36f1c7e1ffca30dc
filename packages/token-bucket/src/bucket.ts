import { TokenBucketError } from "./error.ts";

/** Below this many microseconds per unit, rounding to whole microseconds would cost over 10 % of the rate. */
export const MIN_EMISSION_MICROS = 10;

// A time (until the year 2167) plus a debt of at most this stays below 2^53, so no sum here ever rounds.
const MAX_TAU_MICROS = 2 ** 52;

/** What a bucket does while the store that all share cannot be asked: see `@headgate/token-bucket/redis`. */
export type OnStoreFailure = "local" | "open" | "closed";

/** What a limit says: at most `capacity` units at once, refilled evenly over `periodMicros`. */
export interface BucketSpec {
  /** Which limit it is; two with equal key, owner, capacity and period are one bucket. */
  readonly key: string;
  /** Who has this bucket for their own, as an opaque name; everybody shares it when omitted. */
  readonly owner?: string | undefined;
  readonly capacity: number;
  readonly periodMicros: number;
  /** An audited bucket is counted and reported but never refuses. Default false. */
  readonly audit?: boolean | undefined;
  /** Units that a request of cost 1 takes from it, at least 1; default 1. */
  readonly weight?: number | undefined;
  /** Default `local`. */
  readonly onStoreFailure?: OnStoreFailure | undefined;
}

/** A checked limit with its arithmetic done: make it once with `defineBucket`, use it for every decision. */
export interface Bucket {
  readonly key: string;
  readonly owner: string | undefined;
  readonly capacity: number;
  readonly periodMicros: number;
  readonly audit: boolean;
  readonly weight: number;
  readonly onStoreFailure: OnStoreFailure;
  /** Names the limit, whoever owns a bucket of it: key, capacity and period, so a changed one shares nothing with the old. */
  readonly limitId: string;
  /** Names the state: the limit and its owner. */
  readonly id: string;
  /** Microseconds in which one unit comes back: ceil(period / capacity), so the rate is never above the limit. */
  readonly emissionMicros: number;
  /** The debt of an empty bucket: capacity × emission, exact, so that a full bucket admits exactly `capacity`. */
  readonly tauMicros: number;
}

/** Checks a limit and does its arithmetic; throws `TokenBucketError("invalid-bucket")` for a limit that cannot be exact. */
export function defineBucket(spec: BucketSpec): Bucket {
  const { key, owner, capacity, periodMicros } = spec;
  const { audit = false, weight = 1, onStoreFailure = "local" } = spec;
  requirePositiveInteger(key, "capacity", capacity);
  requirePositiveInteger(key, "periodMicros", periodMicros);
  requirePositiveInteger(key, "weight", weight);
  if (periodMicros / capacity < MIN_EMISSION_MICROS) {
    throw invalid(
      key,
      `refills a unit faster than every ${MIN_EMISSION_MICROS} µs; lower capacity or lengthen periodMicros`,
    );
  }
  const emissionMicros = Math.ceil(periodMicros / capacity);
  const tauMicros = capacity * emissionMicros;
  if (tauMicros > MAX_TAU_MICROS) {
    throw invalid(
      key,
      `takes over ${MAX_TAU_MICROS} µs (142 years) to refill; shorten periodMicros`,
    );
  }
  const limitId = `${capacity}/${periodMicros}:${key}`;
  const bucket = { key, owner, capacity, periodMicros, audit, weight, onStoreFailure };
  return { ...bucket, limitId, id: idOf(limitId, owner), emissionMicros, tauMicros };
}

/** The same limit for another owner. */
export function ownedBy(bucket: Bucket, owner: string): Bucket {
  return { ...bucket, owner, id: idOf(bucket.limitId, owner) };
}

/** A limit's id has a slash after its first number, an owner's bucket a colon, and that number says where the owner ends. */
function idOf(limitId: string, owner: string | undefined): string {
  return owner === undefined ? limitId : `${owner.length}:${owner}${limitId}`;
}

function requirePositiveInteger(key: string, field: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw invalid(key, `has ${field} ${value}; it must be a whole number of at least 1`);
  }
}

function invalid(key: string, problem: string): TokenBucketError {
  return new TokenBucketError("invalid-bucket", `bucket ${JSON.stringify(key)} ${problem}`);
}
