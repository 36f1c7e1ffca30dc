/** Lets at most so many lines of a stream through in each second, and says how many it left out. */
class LineRate {
  readonly #maxPerSecond: number;
  readonly #now: () => number;
  readonly #emit: (line: string) => void;
  #windowStartMs = Number.NEGATIVE_INFINITY;
  #passed = 0;
  #leftOut = 0;

  constructor(options: {
    readonly maxPerSecond: number;
    readonly now: () => number;
    readonly emit: (line: string) => void;
  }) {
    this.#maxPerSecond = options.maxPerSecond;
    this.#now = options.now;
    this.#emit = options.emit;
  }

  line(text: string): void {
    const nowMs = this.#now();
    if (nowMs - this.#windowStartMs >= 1000 || nowMs < this.#windowStartMs) {
      this.flush();
      this.#windowStartMs = nowMs;
      this.#passed = 0;
    }
    if (this.#passed < this.#maxPerSecond) {
      this.#passed++;
      this.#emit(text);
    } else this.#leftOut++;
  }

  /** Says what was left out since the last time. */
  flush(): void {
    if (this.#leftOut > 0) this.#emit(`(${this.#leftOut} more lines left out)`);
    this.#leftOut = 0;
  }
}

export { LineRate };
