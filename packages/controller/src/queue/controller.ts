import { ControllerError } from "../api/error.ts";
import { noLog, type Log } from "../telemetry/log.ts";
import { noMetrics, type Metrics } from "../telemetry/metrics.ts";
import type { Backoff, Random } from "../time/backoff.ts";
import { systemClock, type Clock } from "../time/clock.ts";
import { KeyQueue, type RunResult, type Taken } from "./key-queue.ts";

/** What a reconcile is given beside its key. */
export interface ReconcileContext {
  /** Aborts when reconciling has to end at once, as when leadership is lost. */
  readonly signal: AbortSignal;
  /** Failures of this key in a row before this run. */
  readonly failures: number;
}

/** Brings the world nearer to what the object of a key asks for; what it throws is tried again later. */
export type Reconcile = (
  key: string,
  context: ReconcileContext,
) => Promise<{ readonly requeueAfterMs?: number } | undefined>;

/** What a controller is made of. */
export interface ControllerOptions {
  /** Names it in figures and log lines. */
  readonly name: string;
  readonly reconcile: Reconcile;
  /** How many keys are run at a time. */
  readonly concurrency?: number;
  readonly backoff?: Backoff;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  readonly metrics?: Metrics;
}

/** Runs a reconcile for every key that is added: one at a time for each key, several keys at a time. */
export interface Controller {
  readonly name: string;
  /** Asks for a run that begins after this call. */
  readonly add: (key: string) => void;
  /** Runs keys until the signal aborts; resolves when the last run has ended. Keys that are left wait for the next call. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

const BACKOFF: Backoff = { baseMs: 50, maxMs: 30_000 };
const CALM_MS = 1_000;

/** Makes a controller; keys may be added before it runs. */
export function createController(options: ControllerOptions): Controller {
  const runner = new Runner(options);
  return {
    name: options.name,
    add: (key) => runner.add(key),
    run: (signal) => runner.run(signal),
  };
}

class Runner {
  readonly #options: ControllerOptions;
  readonly #queue: KeyQueue;
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #log: Log;
  #signal: AbortSignal | undefined;
  #ended: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(options: ControllerOptions) {
    const { backoff = BACKOFF, random = Math.random } = options;
    this.#options = options;
    this.#queue = new KeyQueue({ backoff, random, calmMs: CALM_MS });
    this.#clock = options.clock ?? systemClock;
    this.#metrics = options.metrics ?? noMetrics;
    this.#log = options.log ?? noLog;
  }

  add(key: string): void {
    this.#queue.add(key, this.#clock.monotonicMs());
    this.#pump();
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#signal !== undefined) {
      throw new RangeError(`Controller ${this.#options.name} runs already.`);
    }
    if (signal.aborted) return;
    this.#signal = signal;
    const stop = () => this.#pump();
    signal.addEventListener("abort", stop, { once: true });
    await new Promise<void>((resolve) => {
      this.#ended = resolve;
      this.#pump();
    });
    this.#signal = undefined;
    signal.removeEventListener("abort", stop);
  }

  // Starts what may start, and comes back when the next key is due.
  #pump(): void {
    const signal = this.#signal;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (signal === undefined) return;
    if (signal.aborted) {
      if (this.#queue.running === 0) this.#ended?.();
      return;
    }
    const now = this.#clock.monotonicMs();
    while (this.#queue.running < (this.#options.concurrency ?? 1)) {
      const taken = this.#queue.take(now);
      if (taken === undefined) break;
      this.#metrics.queueWaited(this.#options.name, taken.waitedMs);
      void this.#work(taken, signal);
    }
    this.#metrics.queueDepth(this.#options.name, this.#queue.depth);
    const due = this.#queue.nextDueMs();
    if (due !== undefined) {
      this.#cancelTimer = this.#clock.after(Math.max(0, due - now), () => this.#pump());
    }
  }

  async #work(taken: Taken, signal: AbortSignal): Promise<void> {
    const { name } = this.#options;
    const began = this.#clock.monotonicMs();
    const result = await this.#resultOf(taken, signal);
    const now = this.#clock.monotonicMs();
    const requeued = result.end === "done" && result.requeueAfterMs !== undefined;
    this.#metrics.reconciled(name, requeued ? "requeued" : result.end, now - began);
    this.#queue.finish(taken.key, result, now);
    this.#pump();
  }

  async #resultOf({ key, failures }: Taken, signal: AbortSignal): Promise<RunResult> {
    try {
      // Not in the turn of whoever added the key: that may be in the middle of telling others.
      await Promise.resolve();
      const outcome = await this.#options.reconcile(key, { signal, failures });
      return { end: "done", requeueAfterMs: outcome?.requeueAfterMs };
    } catch (err) {
      if (signal.aborted) return { end: "interrupted" };
      const known = err instanceof ControllerError ? err : undefined;
      const fields = { err, key, controller: this.#options.name, failures: failures + 1 };
      this.#log.warn(fields, "a reconcile failed and will be tried again");
      return { end: "failed", retryAfterMs: known?.retryAfterMs };
    }
  }
}
