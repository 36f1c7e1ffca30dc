import { setImmediate, setTimeout } from "node:timers/promises";

/** After so long, whoever waits for the event loop gets a turn; but not before so many were seen to. */
const TURN_MS = 2;
const LEAST_PER_TURN = 16;

/**
 * Of what was begun on the way so much goes on at a time, as the answers to all of it may come in one turn; nothing of it
 * holds up the rest for longer than this.
 */
const AT_ONCE = 40;
const LONGEST_WAIT_MS = 1_000;

/** Goes through many values again and again, a few in each turn of the event loop, so that no request waits for all of them. */
class Round {
  #rests = false;

  /**
   * Does something for each value, and for the first few before it returns. Of the promises that `act` answers,
   * forty go on at a time. While the last round is not over, that one goes on and no other begins.
   */
  begin<Value>(values: Iterable<Value>, act: (value: Value) => unknown): void {
    if (!this.#rests) void this.#through(values, act);
  }

  async #through<Value>(values: Iterable<Value>, act: (value: Value) => unknown): Promise<void> {
    const turn = new Turn();
    let goingOn: Promise<unknown>[] = [];
    for (const value of values) {
      const isMuch = goingOn.length >= AT_ONCE;
      if (isMuch || turn.isOver) {
        await this.#rest(isMuch ? settledSoon(goingOn) : setImmediate());
        if (isMuch) goingOn = [];
        turn.begin();
      }
      turn.seen++;
      const begun = act(value);
      if (begun instanceof Promise) goingOn.push(begun);
    }
  }

  async #rest(until: Promise<void>): Promise<void> {
    this.#rests = true;
    await until;
    this.#rests = false;
  }
}

/** Does something for each value, which is begun for a few in each turn of the event loop; resolves when all of it is over. */
async function inTurns<Value>(
  values: Iterable<Value>,
  act: (value: Value) => unknown,
): Promise<void> {
  const turn = new Turn();
  const goingOn: unknown[] = [];
  for (const value of values) {
    if (turn.isOver) {
      await setImmediate();
      turn.begin();
    }
    turn.seen++;
    goingOn.push(act(value));
  }
  await Promise.all(goingOn);
}

/** What may be done before the event loop turns to others. */
class Turn {
  #begunMs = performance.now();
  seen = 0;

  get isOver(): boolean {
    return this.seen >= LEAST_PER_TURN && performance.now() - this.#begunMs >= TURN_MS;
  }

  begin(): void {
    this.#begunMs = performance.now();
    this.seen = 0;
  }
}

async function settledSoon(all: readonly Promise<unknown>[]): Promise<void> {
  const late = new AbortController();
  const passed = setTimeout(LONGEST_WAIT_MS, undefined, { signal: late.signal, ref: false });
  await Promise.race([Promise.allSettled(all), passed.catch(() => undefined)]);
  late.abort();
}

export { inTurns, Round };
