/** Uniform numbers in [0, 1), as `Math.random` gives them. */
export type Random = () => number;

/** How waits grow with failures in a row. */
export interface Backoff {
  /** The wait after the first failure, in milliseconds. */
  readonly baseMs: number;
  /** No wait is longer than this many milliseconds. */
  readonly maxMs: number;
}

/** Answers how many milliseconds to wait after so many failures in a row: doubling, less up to half of it by jitter. */
export function backoffMs({ baseMs, maxMs }: Backoff, failures: number, random: Random): number {
  if (failures <= 0) return 0;
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 50));
  return full * (1 - random() / 2);
}
