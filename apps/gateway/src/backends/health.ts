import { GatewayError } from "../rpc/errors.ts";

/** Circuit breaker settings; without it only a backend that cannot be reached at all is refused. */
interface BreakerSettings {
  readonly failureThreshold: number;
  readonly timeoutMs: number;
}

type CircuitState = "closed" | "open" | "half-open";

/** A half-open circuit lets one call through in this time: the last one may have ended without saying anything of the backend. */
const TRIAL_MS = 5_000;

/** What is known of the state of one backend. */
interface HealthFacts {
  readonly status: "healthy" | "degraded" | "unhealthy" | "unknown";
  /** Why it is not healthy, in words that name no address. */
  readonly reason: string | undefined;
  readonly consecutiveFailures: number;
  readonly lastCheckMs: number | undefined;
  readonly lastTransitionMs: number;
  /** Protocol revision agreed with the backend, once it was linked. */
  readonly revision: string | undefined;
  readonly circuit: CircuitState;
  readonly circuitChangedMs: number;
}

/** Follows one backend: whether it is linked, how probes and calls went, and whether calls may go to it now. */
class BackendHealth {
  readonly #backend: string;
  readonly #unhealthyThreshold: number;
  readonly #breaker: BreakerSettings | undefined;
  readonly #now: () => number;
  readonly #changed: (facts: HealthFacts) => void;
  #facts: HealthFacts;
  #unreachable: string | undefined;
  #callFailures = 0;
  #trialAtMs: number | undefined;

  constructor(options: {
    backend: string;
    unhealthyThreshold: number;
    breaker: BreakerSettings | undefined;
    now: () => number;
    changed: (facts: HealthFacts) => void;
  }) {
    this.#backend = options.backend;
    this.#unhealthyThreshold = options.unhealthyThreshold;
    this.#breaker = options.breaker;
    this.#now = options.now;
    this.#changed = options.changed;
    const nowMs = options.now();
    this.#facts = {
      status: "unknown",
      reason: "It was not reached yet.",
      consecutiveFailures: 0,
      lastCheckMs: undefined,
      lastTransitionMs: nowMs,
      revision: undefined,
      circuit: "closed",
      circuitChangedMs: nowMs,
    };
  }

  get facts(): HealthFacts {
    return this.#facts;
  }

  /** A link was opened or a probe answered. */
  reached(revision: string): void {
    this.#unreachable = undefined;
    this.#update({
      revision,
      status: "healthy",
      reason: undefined,
      consecutiveFailures: 0,
      lastCheckMs: this.#now(),
    });
  }

  /** No link could be opened: calls fail at once until one can. */
  unreachable(error: GatewayError): void {
    this.#unreachable = error.message;
    this.#probed(error, "unhealthy");
  }

  /** The gateway itself got no link, which says nothing of the links that clients have or get: their calls go on. */
  notLinked(error: GatewayError): void {
    this.#unreachable = undefined;
    this.#probed(error, "unhealthy");
  }

  /** A probe of a linked backend failed. */
  probeFailed(error: GatewayError): void {
    const count = this.#facts.consecutiveFailures + 1;
    this.#probed(error, count >= this.#unhealthyThreshold ? "unhealthy" : "degraded");
  }

  /** A call came back, with whatever answer. */
  callSucceeded(): void {
    if (this.#callFailures === 0 && this.#facts.circuit === "closed") return;
    this.#callFailures = 0;
    this.#trialAtMs = undefined;
    this.#circuit("closed");
  }

  /** A call got no answer. */
  callFailed(): void {
    if (this.#breaker === undefined) return;
    this.#callFailures++;
    this.#trialAtMs = undefined;
    if (this.#facts.circuit === "half-open" || this.#callFailures >= this.#breaker.failureThreshold)
      this.#circuit("open");
  }

  /** Why a call must not go to this backend now; `undefined` lets it. */
  refusal(): GatewayError | undefined {
    if (this.#unreachable !== undefined) return this.#refuse(this.#unreachable);
    const { circuit, circuitChangedMs } = this.#facts;
    if (circuit === "closed" || this.#breaker === undefined) return undefined;
    const nowMs = this.#now();
    if (circuit === "open" && nowMs - circuitChangedMs >= this.#breaker.timeoutMs)
      this.#circuit("half-open");
    if (this.#facts.circuit === "half-open" && nowMs - (this.#trialAtMs ?? -Infinity) >= TRIAL_MS) {
      this.#trialAtMs = nowMs;
      return undefined;
    }
    return this.#refuse(`Its last ${this.#callFailures} calls got no answer.`);
  }

  #refuse(why: string): GatewayError {
    return new GatewayError(
      "backend-unavailable",
      `The backend ${this.#backend} is unavailable and is being retried. ${why}`,
      {
        data: { backend: this.#backend },
      },
    );
  }

  #probed(error: GatewayError, status: HealthFacts["status"]): void {
    this.#update({
      status,
      reason: error.message,
      consecutiveFailures: this.#facts.consecutiveFailures + 1,
      lastCheckMs: this.#now(),
    });
  }

  #circuit(circuit: CircuitState): void {
    if (circuit !== this.#facts.circuit) this.#update({ circuit, circuitChangedMs: this.#now() });
  }

  #update(change: Partial<HealthFacts>): void {
    const before = this.#facts;
    const moved = change.status !== undefined && change.status !== before.status;
    const next = { ...before, ...change, ...(moved && { lastTransitionMs: this.#now() }) };
    this.#facts = next;
    if (next.status !== before.status || next.circuit !== before.circuit) this.#changed(next);
  }
}

export { BackendHealth, type BreakerSettings, type HealthFacts };
