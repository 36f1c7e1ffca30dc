import type { Random, Timer } from "./clock.ts";

/** When to try again. */
export interface RetryOptions {
  readonly minRetryMs: number;
  readonly maxRetryMs: number;
  readonly random: Random;
  readonly timer: Timer;
}

/** Tries something again after each failure, later and later, with jitter so that many processes do not come at once. */
export class Retry {
  readonly #options: RetryOptions;
  readonly #attempt: () => void;
  #failures = 0;
  #cancel: (() => void) | undefined;

  constructor(options: RetryOptions, attempt: () => void) {
    this.#options = options;
    this.#attempt = attempt;
  }

  /** Whether the last try failed, and the next has not begun. */
  get isWaiting(): boolean {
    return this.#cancel !== undefined;
  }

  failed(): void {
    if (this.#cancel !== undefined) return;
    const { minRetryMs, maxRetryMs, random, timer } = this.#options;
    const fullMs = Math.min(maxRetryMs, minRetryMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    this.#cancel = timer(fullMs * (0.5 + random() / 2), () => {
      this.#cancel = undefined;
      this.#attempt();
    });
  }

  /** The next failure is a first one again. */
  succeeded(): void {
    this.#failures = 0;
    this.stop();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
