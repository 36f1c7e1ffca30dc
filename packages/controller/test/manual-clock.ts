import type { Clock } from "../src/time/clock.ts";

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #nowMs: number;
  #timers: { readonly atMs: number; readonly callback: () => void }[] = [];

  constructor(nowMs = 1_000_000) {
    this.#nowMs = nowMs;
  }

  readonly wallMs = () => this.#nowMs;
  readonly monotonicMs = () => this.#nowMs;

  readonly after = (delayMs: number, callback: () => void) => {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  /** When the next timer fires, in milliseconds from now; undefined when none is set. */
  nextInMs(): number | undefined {
    const next = this.#timers.map(({ atMs }) => atMs).toSorted((a, b) => a - b)[0];
    return next === undefined ? undefined : next - this.#nowMs;
  }

  /** Moves on, firing every timer at its time and letting what it starts come to rest. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settled();
    for (;;) {
      const due = this.#timers.filter(({ atMs }) => atMs <= endMs);
      const next = due.toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
      await settled();
    }
    this.#nowMs = endMs;
  }
}

/** Resolves when every promise that could go on has gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
