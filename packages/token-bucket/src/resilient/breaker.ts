/** Enough in a row to call a store lost. */
const MOST_CONSECUTIVE = 5;
const WINDOW_MS = 1_000;
/** Fewer answers than this in a window say nothing of a rate. */
const LEAST_IN_WINDOW = 10;
const FIRST_PROBE_MS = 250;
const LONGEST_PROBE_MS = 5_000;
const GOOD_PROBES = 3;

/** Where the breaker gets time and chance from. */
export interface BreakerInputs {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** From 0 up to 1, so that many processes do not probe in step. */
  readonly random: () => number;
}

/**
 * Whether a store is worth asking. Five failures in a row, or more than half of at least ten answers in a second, and
 * it is not; three good probes in a row, and it is again. Probes come every 250 ms, and after each bad one half as
 * often, down to every 5 s, ± 20 %.
 */
export class Breaker {
  readonly #inputs: BreakerInputs;
  #isOpen = false;
  #consecutive = 0;
  #windowMs = Number.NEGATIVE_INFINITY;
  #answers = 0;
  #failures = 0;
  #probeMs = FIRST_PROBE_MS;
  #goodProbes = 0;

  constructor(inputs: BreakerInputs) {
    this.#inputs = inputs;
  }

  /** Open: the store is not to be asked, but by probes. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The store answered. */
  succeeded(): void {
    this.#consecutive = 0;
    this.#count(0);
  }

  /** The store did not answer; true when that has opened the breaker. */
  failed(): boolean {
    this.#consecutive += 1;
    this.#count(1);
    if (this.#isOpen) return false;
    const mostFail = this.#answers >= LEAST_IN_WINDOW && 2 * this.#failures > this.#answers;
    if (this.#consecutive < MOST_CONSECUTIVE && !mostFail) return false;
    this.#isOpen = true;
    this.#probeMs = FIRST_PROBE_MS;
    this.#goodProbes = 0;
    return true;
  }

  /** A probe was answered; true when that has closed the breaker. */
  probeSucceeded(): boolean {
    this.#probeMs = FIRST_PROBE_MS;
    this.#goodProbes += 1;
    if (this.#goodProbes < GOOD_PROBES) return false;
    this.#isOpen = false;
    this.#consecutive = 0;
    this.#windowMs = Number.NEGATIVE_INFINITY;
    return true;
  }

  /** A probe was not answered. */
  probeFailed(): void {
    this.#goodProbes = 0;
    this.#probeMs = Math.min(2 * this.#probeMs, LONGEST_PROBE_MS);
  }

  /** How long to wait before the next probe. */
  nextProbeMs(): number {
    return this.#probeMs * (0.8 + 0.4 * this.#inputs.random());
  }

  #count(failures: number): void {
    const nowMs = this.#inputs.now();
    if (nowMs - this.#windowMs >= WINDOW_MS) {
      this.#windowMs = nowMs;
      this.#answers = 0;
      this.#failures = 0;
    }
    this.#answers += 1;
    this.#failures += failures;
  }
}
