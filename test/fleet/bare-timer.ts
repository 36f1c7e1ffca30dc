/** What a timer of the deadline takes in this process, again and again: no decision that waits for one can be quicker. */
export class BareTimer {
  readonly #waitMs: number;
  #timer: NodeJS.Timeout | undefined;
  longestMs = 0;

  /** Begins at once. */
  constructor(waitMs: number) {
    this.#waitMs = waitMs;
    this.#begin();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #begin(): void {
    const begunMs = performance.now();
    this.#timer = setTimeout(() => {
      this.longestMs = Math.max(this.longestMs, performance.now() - begunMs);
      this.#begin();
    }, this.#waitMs);
  }
}
