/** Changes that come together are read together. */
const SHORTEST_MS = 25;
const LONGEST_MS = 2_000;
/** After so long without a change the next one is read quickly again. */
const CALM_MS = 5_000;

/** How long to let changes settle before they are read: ever longer for a backend that reports them all the time. */
class SettleTime {
  #lastMs = SHORTEST_MS;

  /** The time to wait now, when the lists were last read `sinceReadMs` ago. */
  next(sinceReadMs: number): number {
    this.#lastMs = sinceReadMs > CALM_MS ? SHORTEST_MS : Math.min(this.#lastMs * 2, LONGEST_MS);
    return this.#lastMs;
  }
}

export { SettleTime };
