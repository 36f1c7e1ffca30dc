/** Ends one request when its caller gives up or its time is over, and tells which of both it was. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timedOut = false;

  constructor(timeoutMs: number, outer: AbortSignal | undefined) {
    this.#outer = outer;
    if (outer?.aborted === true) this.#controller.abort();
    outer?.addEventListener("abort", this.#abort, { once: true });
    this.#timer = setTimeout(() => {
      this.#timedOut = true;
      this.#controller.abort();
    }, timeoutMs);
  }

  /** Aborts when the request must end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the request had to end; undefined while it need not. */
  get reason(): "timed-out" | "aborted" | undefined {
    if (this.#timedOut) return "timed-out";
    return this.#controller.signal.aborted ? "aborted" : undefined;
  }

  /** Lifts the limit of time; what goes on for long keeps only its caller. */
  untime(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Lets go of timer and listener once the request is over. */
  settle(): void {
    this.untime();
    this.#outer?.removeEventListener("abort", this.#abort);
  }

  readonly #abort = () => this.#controller.abort();
}
