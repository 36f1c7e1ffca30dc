import type { Clock } from "../time/clock.ts";

/**
 * Does what may take only so many milliseconds. When the time is over, or the signal aborts, the answer is undefined at
 * once, whether what was begun heeds its own signal or not; what it comes to after that is of no interest.
 */
export async function within<T>(
  clock: Clock,
  limitMs: number,
  signal: AbortSignal,
  begin: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const limit = new AbortController();
  const over = Promise.withResolvers<undefined>();
  const end = () => {
    over.resolve(undefined);
    limit.abort();
  };
  const cancel = clock.after(limitMs, end);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  try {
    const begun = begin(limit.signal);
    begun.catch(() => {});
    return await Promise.race([over.promise, begun]);
  } finally {
    cancel();
    signal.removeEventListener("abort", end);
  }
}
