import { TokenBucketError } from "./error.ts";

/** Below this many microseconds per unit, rounding to whole microseconds would cost over 10 % of the rate. */
export const MIN_EMISSION_MICROS = 10;

// A time (until the year 2167) plus a debt of at most this stays below 2^53, so no sum here ever rounds.
const MAX_TAU_MICROS = 2 ** 52;

/** What a limit says: at most `capacity` units at once, refilled evenly over `periodMicros`. */
export interface BucketSpec {
  /** Whose limit it is; two limits with equal key, capacity and period are one bucket. */
  readonly key: string;
  readonly capacity: number;
  readonly periodMicros: number;
  /** An audited bucket is counted and reported but never refuses. Default false. */
  readonly audit?: boolean | undefined;
}

/** A checked limit with its arithmetic done: make it once with `defineBucket`, use it for every decision. */
export interface Bucket {
  readonly key: string;
  readonly capacity: number;
  readonly periodMicros: number;
  readonly audit: boolean;
  /** Names the state: key, capacity and period, so a changed limit starts full and shares nothing with the old one. */
  readonly id: string;
  /** Microseconds in which one unit comes back: ceil(period / capacity), so the rate is never above the limit. */
  readonly emissionMicros: number;
  /** The debt of an empty bucket: capacity × emission, exact, so that a full bucket admits exactly `capacity`. */
  readonly tauMicros: number;
}

/** Checks a limit and does its arithmetic; throws `TokenBucketError("invalid-bucket")` for a limit that cannot be exact. */
export function defineBucket(spec: BucketSpec): Bucket {
  const { key, capacity, periodMicros, audit = false } = spec;
  requirePositiveInteger(key, "capacity", capacity);
  requirePositiveInteger(key, "periodMicros", periodMicros);
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
  // Digits, slash and the first colon end the prefix, so no key can imitate another limit's id.
  const id = `${capacity}/${periodMicros}:${key}`;
  return { key, capacity, periodMicros, audit, id, emissionMicros, tauMicros };
}

function requirePositiveInteger(key: string, field: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw invalid(key, `has ${field} ${value}; it must be a whole number of at least 1`);
  }
}

function invalid(key: string, problem: string): TokenBucketError {
  return new TokenBucketError("invalid-bucket", `bucket ${JSON.stringify(key)} ${problem}`);
}
