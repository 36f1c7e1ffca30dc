/** How long to leave somebody alone. */
interface CooldownOptions {
  /** After an answer. */
  readonly restMs: number;
  /** After the first failure; doubled with each further one. */
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
}

/** Tells when somebody may be asked again: after a rest when all is well, ever more rarely while it is not. */
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

  answered(nowMs: number): void {
    this.#failures = 0;
    this.#dueMs = nowMs + this.#options.restMs;
  }

  failed(nowMs: number): void {
    const { firstRetryMs, maxRetryMs } = this.#options;
    this.#dueMs = nowMs + Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
  }
}

export { Cooldown, type CooldownOptions };
