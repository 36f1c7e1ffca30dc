import type { Clock, Timer } from "../src/clock.ts";

interface Due {
  readonly atMs: number;
  readonly task: () => void;
}

/** Time that goes by when a test says so. */
export class ManualClock {
  #nowMs = 1_000_000;
  readonly #due = new Set<Due>();
  readonly now: Clock = () => this.#nowMs;
  readonly timer: Timer = (delayMs, task) => {
    const due = { atMs: this.#nowMs + delayMs, task };
    this.#due.add(due);
    return () => this.#due.delete(due);
  };

  /** Timers that wait. */
  get pending(): number {
    return this.#due.size;
  }

  /** Lets time go by; what is due runs in its order, each with everything that follows from it at once. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#nowMs + byMs;
    await settled();
    for (;;) {
      const [next] = [...this.#due]
        .filter(({ atMs }) => atMs <= untilMs)
        .toSorted((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#due.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.task();
      await settled();
    }
    this.#nowMs = untilMs;
    await settled();
  }
}

/** Resolves when everything that waits for promises alone has happened. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
