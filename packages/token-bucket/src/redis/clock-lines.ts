/**
 * Reads the clock of Redis, once: `now` is in whole microseconds since 2025-01-01. A test puts a clock of its own in
 * place of these two lines; no shipped script takes the time as an argument.
 */
export const CLOCK_LINES = [
  "local T = redis.call('TIME')",
  "local now = T[1] * 1000000 + T[2] - 1735689600000000",
] as const;
