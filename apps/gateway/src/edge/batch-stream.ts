import type { ClientStream } from "../sessions/client-streams.ts";

/** The event stream that carries all answers of one batch, and ends with the last of them. */
class BatchStream {
  readonly stream: ClientStream;
  readonly #now: () => number;
  #open: number;

  constructor(stream: ClientStream, open: number, now: () => number) {
    this.stream = stream;
    this.#open = open;
    this.#now = now;
  }

  /** One more request of the batch is done. */
  release(): void {
    if (--this.#open === 0) this.stream.end(this.#now());
  }
}

export { BatchStream };
