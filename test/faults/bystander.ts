import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import type { Session } from "./session.ts";

/** Slower than any call to a healthy backend should ever be, even where others keep all cores busy. */
const P99_BOUND_MS = 1_000;
const CALLERS = 2;
/** Leaves the processor to what is under test. */
const PAUSE_MS = 3;

type Tally = { tookMs: number[]; failures: string[] };

async function callUntil(over: AbortSignal, { session, tool, tally }: Calling): Promise<void> {
  do {
    const startedMs = performance.now();
    try {
      const answer = await session.call(tool);
      if (answer.result === undefined) tally.failures.push(JSON.stringify(answer));
    } catch (error) {
      tally.failures.push(String(error));
    }
    tally.tookMs.push(performance.now() - startedMs);
    await delay(PAUSE_MS);
  } while (!over.aborted);
}

type Calling = { session: Session; tool: string; tally: Tally };

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/**
 * Runs `act` while two callers call a tool of a healthy backend all the time, and fails when a single one of
 * their calls failed or their 99th percentile exceeds its bound.
 */
export async function meanwhile<T>(
  session: Session,
  tool: string,
  act: () => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const tally: Tally = { tookMs: [], failures: [] };
  const callers = Array.from({ length: CALLERS }, () =>
    callUntil(over.signal, { session, tool, tally }),
  );
  try {
    return await act();
  } finally {
    over.abort();
    await Promise.all(callers);
    expect(tally.failures).toEqual([]);
    expect(percentile(tally.tookMs, 0.99)).toBeLessThan(P99_BOUND_MS);
  }
}
