import { defineBucket } from "../bucket.ts";
import { TokenBucketError } from "../error.ts";
import type { MemoryStore } from "../memory.ts";
import type { Decision, TakeRequest, TokenBucketStore } from "../store.ts";
import { Breaker } from "./breaker.ts";
import { decideAlone } from "./decide-alone.ts";
import { failureClassOf, type FailureClass } from "./failure-class.ts";

/** Told when the shared store is given up and when it is taken back, never of single decisions. */
export interface ResilienceObserver {
  /** From now on this process decides alone. */
  degraded?(event: { readonly errorClass: FailureClass; readonly error: unknown }): void;
  /** From now on the shared store decides again. */
  restored?(event: {
    readonly errorClass: FailureClass;
    readonly durationMs: number;
    readonly localDecisions: number;
  }): void;
}

/** How things stand, and what has come of it since the start. */
export interface StoreHealth {
  readonly state: "healthy" | "degraded";
  /** Why, and for how long, while degraded. */
  readonly errorClass?: FailureClass;
  readonly degradedMs?: number;
  /** Decisions that this process took alone. */
  readonly localDecisions: number;
  /** Decisions and probes that the shared store did not answer, by reason. */
  readonly failures: Readonly<Record<FailureClass, number>>;
}

/** How a store that outlives the loss of the shared one is made. */
export interface ResilientStoreOptions {
  /** What all processes share; it answers or rejects within its deadline. */
  readonly shared: TokenBucketStore;
  /** What decides in its place. */
  readonly local: MemoryStore;
  readonly observer?: ResilienceObserver | undefined;
  /** Monotonic milliseconds; default `performance.now`. */
  readonly now?: (() => number) | undefined;
  /** From 0 up to 1; default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** A store that always answers, and that knows whether it answers for all processes. */
export interface ResilientStore extends TokenBucketStore {
  readonly health: StoreHealth;
  /** Ends probing; decisions go on as they are taken now. */
  close(): void;
}

/**
 * Asks a shared store while it can be asked, and decides by each bucket's `onStoreFailure` while it cannot. A request
 * that the shared store did not answer is decided here and never asked again, so it is charged there once at most.
 * Rejects and throws only what a caller did wrong, as `TokenBucketError`.
 */
export function resilientStore(options: ResilientStoreOptions): ResilientStore {
  return new SharedOrLocal(options);
}

/** Its own bucket, of which a probe takes one: only a write shows that a store can write. */
const PROBE: TakeRequest = {
  buckets: [
    defineBucket({ key: "headgate probe", capacity: 1_000_000, periodMicros: 1_000_000_000 }),
  ],
  states: false,
};

interface Outage {
  readonly errorClass: FailureClass;
  readonly sinceMs: number;
  readonly localBefore: number;
}

class SharedOrLocal implements ResilientStore {
  readonly #shared: TokenBucketStore;
  readonly #local: MemoryStore;
  readonly #observer: ResilienceObserver;
  readonly #now: () => number;
  readonly #breaker: Breaker;
  readonly #failures: Record<FailureClass, number> = {
    timeout: 0,
    connection: 0,
    auth: 0,
    other: 0,
  };
  #localDecisions = 0;
  #outage: Outage | undefined;
  #probe: NodeJS.Timeout | undefined;
  #probeDueMs = 0;
  #closed = false;

  constructor(options: ResilientStoreOptions) {
    this.#shared = options.shared;
    this.#local = options.local;
    this.#observer = options.observer ?? {};
    this.#now = options.now ?? (() => performance.now());
    this.#breaker = new Breaker({ now: this.#now, random: options.random ?? Math.random });
  }

  get health(): StoreHealth {
    const counts = { localDecisions: this.#localDecisions, failures: { ...this.#failures } };
    const outage = this.#outage;
    if (outage === undefined) return { state: "healthy", ...counts };
    const degradedMs = this.#now() - outage.sinceMs;
    return { state: "degraded", errorClass: outage.errorClass, degradedMs, ...counts };
  }

  take(request: TakeRequest): Decision | Promise<Decision> {
    if (this.#breaker.isOpen) return this.#alone(request);
    const asked = this.#shared.take(request);
    if (!(asked instanceof Promise)) return asked;
    return asked.then(this.#answered, (error: unknown) => {
      this.#noteUnlessWrong(error);
      return this.#alone(request);
    });
  }

  takeBatch(requests: readonly TakeRequest[]): readonly Decision[] | Promise<readonly Decision[]> {
    const alone = (): readonly Decision[] => requests.map((request) => this.#alone(request));
    if (this.#breaker.isOpen) return alone();
    const asked = this.#shared.takeBatch(requests);
    if (!(asked instanceof Promise)) return asked;
    return asked.then(this.#answered, (error: unknown) => {
      this.#noteUnlessWrong(error);
      return alone();
    });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#probe);
  }

  readonly #answered = <Answer>(answer: Answer): Answer => {
    this.#breaker.succeeded();
    return answer;
  };

  /** Throws on what a caller did wrong. */
  #noteUnlessWrong(error: unknown): void {
    if (error instanceof TokenBucketError) throw error;
    this.#failed(error);
  }

  #alone(request: TakeRequest): Decision {
    this.#localDecisions += 1;
    const probeInMs = Math.max(1, this.#outage === undefined ? 0 : this.#probeDueMs - this.#now());
    return decideAlone(request, this.#local, Math.ceil(probeInMs * 1000));
  }

  #failed(error: unknown): void {
    const errorClass = failureClassOf(error);
    this.#failures[errorClass] += 1;
    if (!this.#breaker.failed()) return;
    const sinceMs = this.#now();
    this.#outage = { errorClass, sinceMs, localBefore: this.#localDecisions };
    this.#observer.degraded?.({ errorClass, error });
    this.#armProbe();
  }

  #armProbe(): void {
    if (this.#closed) return;
    const delayMs = this.#breaker.nextProbeMs();
    this.#probeDueMs = this.#now() + delayMs;
    this.#probe = setTimeout(() => void this.#sendProbe(), delayMs);
    this.#probe.unref();
  }

  async #sendProbe(): Promise<void> {
    try {
      await this.#shared.take(PROBE);
    } catch (error) {
      this.#failures[failureClassOf(error)] += 1;
      this.#breaker.probeFailed();
      this.#armProbe();
      return;
    }
    if (this.#breaker.probeSucceeded()) this.#restored();
    else this.#armProbe();
  }

  #restored(): void {
    const outage = this.#outage;
    this.#outage = undefined;
    if (outage === undefined) return;
    const { errorClass, sinceMs, localBefore } = outage;
    const localDecisions = this.#localDecisions - localBefore;
    this.#observer.restored?.({ errorClass, durationMs: this.#now() - sinceMs, localDecisions });
  }
}
