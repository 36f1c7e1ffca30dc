const LONGEST_MS = 300_000;

/** Milliseconds of a `Retry-After` header in seconds, at most five minutes; undefined without one that can be read. */
export function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined || !/^\d{1,9}$/.test(header.trim())) return undefined;
  return Math.min(Number(header) * 1000, LONGEST_MS);
}
