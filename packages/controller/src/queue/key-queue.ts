import { backoffMs, type Backoff, type Random } from "../time/backoff.ts";

/** How a queue waits. */
export interface KeyQueueOptions {
  readonly backoff: Backoff;
  /** A key that failed is not run again sooner than this many milliseconds after, whatever happened to it. */
  readonly calmMs: number;
  readonly random: Random;
}

/** A key that may be run now. */
export interface Taken {
  readonly key: string;
  /** Failures of this key in a row before this run. */
  readonly failures: number;
  /** How long it could have been run but was not, in milliseconds. */
  readonly waitedMs: number;
}

/** What became of a run. */
export type RunResult =
  | { readonly end: "done"; readonly requeueAfterMs?: number | undefined }
  | { readonly end: "failed"; readonly retryAfterMs?: number | undefined }
  /** Not run to its end, for no fault of its own. */
  | { readonly end: "interrupted" };

interface Waiting {
  readonly dueMs: number;
  /** Bars a key that failed from running sooner when it is added. */
  readonly notBeforeMs: number;
}

/**
 * Keys that wait to be run: each at most once, in the order in which they became due, and never while it runs.
 * Times are milliseconds of one clock that never steps back, and always given by the caller.
 */
export class KeyQueue {
  readonly #options: KeyQueueOptions;
  /** Keys that may run now, in their order, each with the time since when. */
  readonly #ready = new Map<string, number>();
  readonly #waiting = new Map<string, Waiting>();
  /** Keys that run now; true when they were added again meanwhile. */
  readonly #running = new Map<string, boolean>();
  readonly #failures = new Map<string, number>();
  /** No key that waits is due before this. */
  #nextDueMs = Infinity;

  constructor(options: KeyQueueOptions) {
    this.#options = options;
  }

  /** How many keys could run now. */
  get depth(): number {
    return this.#ready.size;
  }

  /** How many keys run now. */
  get running(): number {
    return this.#running.size;
  }

  /** Asks for a run that begins after this call. */
  add(key: string, nowMs: number): void {
    this.#promote(nowMs);
    if (this.#running.has(key)) {
      this.#running.set(key, true);
      return;
    }
    if (this.#ready.has(key)) return;
    const notBeforeMs = this.#waiting.get(key)?.notBeforeMs ?? nowMs;
    this.#plan(key, { dueMs: Math.max(nowMs, notBeforeMs), notBeforeMs }, nowMs);
  }

  /** Takes the key whose turn it is, to be run; undefined when none is due. */
  take(nowMs: number): Taken | undefined {
    this.#promote(nowMs);
    for (const [key, sinceMs] of this.#ready) {
      this.#ready.delete(key);
      this.#running.set(key, false);
      return { key, failures: this.#failures.get(key) ?? 0, waitedMs: nowMs - sinceMs };
    }
    return undefined;
  }

  /** Ends the run of a key that was taken. */
  finish(key: string, result: RunResult, nowMs: number): void {
    const addedMeanwhile = this.#running.get(key) === true;
    this.#running.delete(key);
    switch (result.end) {
      case "interrupted":
        this.add(key, nowMs);
        return;
      case "failed":
        this.#retry(key, result.retryAfterMs ?? 0, addedMeanwhile, nowMs);
        return;
      case "done":
        this.#failures.delete(key);
        if (addedMeanwhile) this.add(key, nowMs);
        else if (result.requeueAfterMs !== undefined) {
          this.#plan(key, { dueMs: nowMs + result.requeueAfterMs, notBeforeMs: nowMs }, nowMs);
        }
    }
  }

  /** When a key that waits is due next; undefined when none waits. */
  nextDueMs(): number | undefined {
    return this.#waiting.size === 0 ? undefined : this.#nextDueMs;
  }

  #retry(key: string, retryAfterMs: number, addedMeanwhile: boolean, nowMs: number): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const { backoff, calmMs, random } = this.#options;
    const waitMs = Math.max(retryAfterMs, backoffMs(backoff, failures, random));
    const notBeforeMs = nowMs + Math.min(waitMs, Math.max(calmMs, retryAfterMs));
    const dueMs = addedMeanwhile ? notBeforeMs : nowMs + waitMs;
    this.#plan(key, { dueMs, notBeforeMs }, nowMs);
  }

  #plan(key: string, waiting: Waiting, nowMs: number): void {
    this.#waiting.delete(key);
    if (waiting.dueMs <= nowMs) {
      this.#ready.set(key, nowMs);
      return;
    }
    this.#waiting.set(key, waiting);
    this.#nextDueMs = Math.min(this.#nextDueMs, waiting.dueMs);
  }

  // Those that were due first come first, so that a long wait for a worker does not reorder them.
  #promote(nowMs: number): void {
    if (nowMs < this.#nextDueMs) return;
    const due = [...this.#waiting].filter(([, { dueMs }]) => dueMs <= nowMs);
    for (const [key, { dueMs }] of due.toSorted(([, a], [, b]) => a.dueMs - b.dueMs)) {
      this.#waiting.delete(key);
      this.#ready.set(key, dueMs);
    }
    this.#nextDueMs = Infinity;
    for (const { dueMs } of this.#waiting.values()) {
      this.#nextDueMs = Math.min(this.#nextDueMs, dueMs);
    }
  }
}
