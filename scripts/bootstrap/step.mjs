// What the person at the terminal sees: one line per step with its time, and one sentence when it can't go on.

/** A reason to end that the person can act on: printed as one sentence, without a stack. */
export class Stop extends Error {}

/**
 * Runs one step and reports it on one line: what it does, what came of it, how long it took.
 * @template T
 * @param {string} doing
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(doing, work) {
  const startedMs = performance.now();
  process.stdout.write(`headgate: ${doing} … `);
  try {
    const result = await work();
    process.stdout.write(`${seconds(performance.now() - startedMs)}\n`);
    return result;
  } catch (error) {
    process.stdout.write("failed\n");
    throw error;
  }
}

/** @param {number} durationMs */
export function seconds(durationMs) {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
