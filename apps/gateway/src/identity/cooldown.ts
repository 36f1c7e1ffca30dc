/** How long to leave somebody alone who does not answer. */
interface CooldownOptions {
  /** After the first failure; doubled with each further one. */
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
}

/** Tells when somebody may be asked again: after a rest when all is well, ever more rarely when it is not. */
class Cooldown {
  readonly #options: CooldownOptions;
  #failures = 0;
  #dueMs = -Infinity;

  constructor(options: CooldownOptions) {
    this.#options = options;
  }

  /** Failures since the last answer. */
  get failures(): number {
    return this.#failures;
  }

  isDue(nowMs: number): boolean {
    return nowMs >= this.#dueMs;
  }

  /** Whole seconds until it is due, at least 1. */
  waitSeconds(nowMs: number): number {
    return Math.max(1, Math.ceil((this.#dueMs - nowMs) / 1000));
  }

  /** There was an answer; the next question comes after the rest. */
  answered(nowMs: number, restMs: number): void {
    this.#failures = 0;
    this.#dueMs = nowMs + restMs;
  }

  failed(nowMs: number): void {
    const { firstRetryMs, maxRetryMs } = this.#options;
    this.#dueMs = nowMs + Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
  }
}

export { Cooldown, type CooldownOptions };
