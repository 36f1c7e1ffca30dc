/** Microseconds since 2025-01-01T00:00:00Z as a whole number; a store accepts a clock that steps back. */
export type Clock = () => number;

const EPOCH_MS = Date.UTC(2025, 0, 1);

/** A clock that never steps back: the wall clock at process start plus monotonic time (it may stand still in suspend). */
export const monotonicClock: Clock = () =>
  Math.floor((performance.timeOrigin - EPOCH_MS + performance.now()) * 1000);
