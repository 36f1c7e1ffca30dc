// A session lives for one TTL from its last use. A process that knows of a use within the last tenth of a TTL need not
// tell the store of the next, so the store keeps a record for a tenth longer: never ended early, at most 10 % late.

/** For how long after a refresh the next one may be left out. */
export function refreshAfterMs(ttlMs: number): number {
  return Math.floor(ttlMs / 10);
}

/** For how long a store keeps a record after a refresh. */
export function recordLifeMs(ttlMs: number): number {
  return ttlMs + refreshAfterMs(ttlMs);
}

/** For how long a store remembers that a session was ended: nobody puts back a record that was last used longer ago. */
export function tombstoneLifeMs(ttlMs: number): number {
  return 2 * ttlMs;
}
