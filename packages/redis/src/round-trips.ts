import type { RedisObserver } from "./observer.ts";

/** Counts commands, and those turns of the event loop in which there were any: what is sent in one waits together. */
export class RoundTrips {
  readonly #observer: RedisObserver;
  #begun = false;

  constructor(observer: RedisObserver) {
    this.#observer = observer;
  }

  /** A command is being sent. */
  sent(): void {
    this.#observer.commandSent?.();
    if (this.#begun) return;
    this.#begun = true;
    this.#observer.roundTripBegun?.();
    setImmediate(() => (this.#begun = false));
  }
}
