import type { RedisObserver } from "./observer.ts";

/** What can be sent, and given more time. */
export interface Sendable {
  dueMs: number;
}

/** Less than this is not worth correcting. */
const HELD_UP_MS = 1;

/**
 * Calls that are made in one go, up to when this process turns to something else: they leave in one write, and wait for
 * Redis together. When the process is held up before that, they have not left yet, so that time is not taken off theirs.
 */
export class Turns {
  readonly #now: () => number;
  readonly #observer: RedisObserver;
  #calls: Sendable[] = [];
  #begunMs = 0;

  constructor(now: () => number, observer: RedisObserver) {
    this.#now = now;
    this.#observer = observer;
  }

  /** A call is being sent. */
  sent(call: Sendable): void {
    this.#observer.commandSent?.();
    if (this.#calls.length === 0) {
      this.#begunMs = this.#now();
      this.#observer.roundTripBegun?.();
      process.nextTick(this.#end);
    }
    this.#calls.push(call);
  }

  readonly #end = (): void => {
    const heldUpMs = this.#now() - this.#begunMs;
    if (heldUpMs >= HELD_UP_MS) for (const call of this.#calls) call.dueMs += heldUpMs;
    this.#calls = [];
  };
}
