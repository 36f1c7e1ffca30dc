/**
 * Why something was not done. `store-away`: Redis cannot be reached, or not in time. `store-full`: it has no room.
 * `store-refused`: it answered with an error, for example for want of a permission. `contended`: others changed the
 * same session at every attempt. `backlog-full`: too much waits already for the store to return.
 */
export type UnavailableReason =
  | "store-away"
  | "store-full"
  | "store-refused"
  | "contended"
  | "backlog-full";

/** The store could not do what was asked; the same may work after `retryAfterMs`. */
export interface Unavailable {
  readonly outcome: "unavailable";
  readonly reason: UnavailableReason;
  /** `unknown`: the store may have done it, and only the answer is missing. */
  readonly executed: "no" | "unknown";
  readonly retryAfterMs: number;
  /** For the log; not for clients. */
  readonly cause?: unknown;
}

/** Makes the outcome. */
export function unavailable(
  reason: UnavailableReason,
  retryAfterMs: number,
  details: { readonly executed?: "no" | "unknown"; readonly cause?: unknown } = {},
): Unavailable {
  const { executed = "no", cause } = details;
  return {
    outcome: "unavailable",
    reason,
    executed,
    retryAfterMs,
    ...(cause === undefined ? {} : { cause }),
  };
}
