import { Retry, type RetryOptions } from "../retry.ts";

/** What is to be done for a session: bring its entry and the store together, or end it. */
export type Debt = "write" | "end";

/** What came of an attempt to do it. */
export type Settlement = "settled" | "owed" | "store-away";

/** What a backlog works with. */
export interface BacklogParts extends RetryOptions {
  readonly maxBacklog: number;
  /** Does what is owed for a session: done, or still to be done, or the store is away for everybody. */
  readonly settle: (id: string, debt: Debt) => Promise<Settlement>;
  readonly wentAway: () => void;
  readonly returned: () => void;
}

// So many are settled at once: few enough not to hold up requests, enough to hide the round trips.
const AT_ONCE = 64;

/** What the store is owed since it went away, one thing for each session, and when it is tried again. */
export class Backlog {
  readonly #parts: BacklogParts;
  readonly #debts = new Map<string, Debt>();
  readonly #retry: Retry;
  #flushing: Promise<void> | undefined;
  #isAway = false;
  #isClosed = false;

  constructor(parts: BacklogParts) {
    this.#parts = parts;
    this.#retry = new Retry(parts, () => void this.flush());
  }

  /** Whether asking the store now would only cost time: it failed a moment ago, and is tried again soon. */
  get isAway(): boolean {
    return this.#isAway && (this.#retry.isWaiting || this.#flushing !== undefined);
  }

  get size(): number {
    return this.#debts.size;
  }

  get isFull(): boolean {
    return this.#debts.size >= this.#parts.maxBacklog;
  }

  debtOf(id: string): Debt | undefined {
    return this.#debts.get(id);
  }

  /** Takes note of a debt; false when there is no room for another session's. */
  owe(id: string, debt: Debt): boolean {
    if (!this.#debts.has(id) && this.isFull) return false;
    this.#debts.set(id, debt);
    this.#tryLater();
    return true;
  }

  /** There is nothing left to write of a session; an end stays owed. */
  forgetWrite(id: string): void {
    if (this.#debts.get(id) === "write") this.#debts.delete(id);
  }

  /** The store cannot be reached. */
  failed(): void {
    if (!this.#isAway) this.#parts.wentAway();
    this.#isAway = true;
    this.#tryLater();
  }

  /** The store answered: what it is owed can be tried at once. */
  answered(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#parts.returned();
    this.#retry.succeeded();
    if (this.#debts.size > 0) void this.flush();
  }

  /** Settles what is owed, as far as the store answers; one at a time. */
  flush(): Promise<void> {
    // With nothing owed, the next request finds out whether the store is back.
    if (this.#debts.size > 0) this.#flushing ??= this.#flush();
    return this.#flushing ?? Promise.resolve();
  }

  stop(): void {
    this.#isClosed = true;
    this.#retry.stop();
  }

  #tryLater(): void {
    if (this.#flushing === undefined && !this.#isClosed) this.#retry.failed();
  }

  async #flush(): Promise<void> {
    this.#retry.stop();
    let latest: Settlement = "settled";
    while (this.#debts.size > 0 && latest === "settled") {
      latest = await this.#settleSome();
    }
    this.#flushing = undefined;
    if (latest === "store-away") this.failed();
    else if (latest === "owed") this.#tryLater();
    else {
      this.#retry.succeeded();
      this.answered();
    }
  }

  async #settleSome(): Promise<Settlement> {
    const some: [string, Debt][] = [];
    for (const owed of this.#debts) {
      if (some.push(owed) === AT_ONCE) break;
    }
    const results = await Promise.all(some.map(([id, debt]) => this.#settle(id, debt)));
    if (results.includes("store-away")) return "store-away";
    return results.includes("owed") ? "owed" : "settled";
  }

  async #settle(id: string, debt: Debt): Promise<Settlement> {
    // What comes up while a session is written is owed anew; an end stays known until the store knows it.
    if (debt === "write") this.#debts.delete(id);
    const settlement = await this.#parts.settle(id, debt);
    if (settlement === "settled" && debt === "end") this.#debts.delete(id);
    if (settlement !== "settled" && !this.#debts.has(id)) this.#debts.set(id, debt);
    return settlement;
  }
}
