const FIRST_MS = 50;
const LONGEST_MS = 1000;
/** A connection that lasted less is taken for another failure. */
const STABLE_MS = 2000;

/** How long to wait before the attempt of a number (from 1): doubling up to a second, and half to all of that by chance. */
export function reconnectDelayMs(attempt: number, random: number): number {
  const longest = Math.min(FIRST_MS * 2 ** Math.min(attempt - 1, 16), LONGEST_MS);
  return Math.round(longest * (0.5 + random / 2));
}

/** Counts attempts of one connection, so that a server which takes connections only to drop them is not hammered. */
export class Backoff {
  readonly #now: () => number;
  readonly #random: () => number;
  #attempt = 0;
  #readyMs = Number.POSITIVE_INFINITY;

  constructor(now: () => number, random: () => number) {
    this.#now = now;
    this.#random = random;
  }

  /** To be called when the connection is ready. */
  ready(): void {
    this.#readyMs = this.#now();
  }

  /** How long to wait now that it was lost, or could not be made. */
  nextDelayMs(): number {
    if (this.#now() - this.#readyMs >= STABLE_MS) this.#attempt = 0;
    this.#readyMs = Number.POSITIVE_INFINITY;
    this.#attempt += 1;
    return reconnectDelayMs(this.#attempt, this.#random());
  }
}
