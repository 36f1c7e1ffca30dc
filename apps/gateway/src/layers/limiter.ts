import type { Decision, TokenBucketStore } from "@headgate/token-bucket";
import type { Addition, Refusal } from "../core/call.ts";
import type { Caller } from "../identity/caller.ts";
import type { LimitSet } from "../limits/limit-table.ts";
import type { LimitedRequest } from "../limits/limit.ts";
import type { LimitsInForce, LiveLimits } from "../limits/live-limits.ts";
import {
  isLow,
  policiesOf,
  QUOTA_KEY,
  quotaFacts,
  quotaHeaders,
  quotasOf,
  tightestOf,
} from "./quota.ts";
import { refusalOf, type RefusedRequest } from "./refusal.ts";

/** A request to decide on. */
type AskedRequest = LimitedRequest & RefusedRequest;

/** What becomes of a request: it goes on, and something may be added to its answer, or it is refused. */
type Verdict =
  | { readonly passes: true; readonly addition: Addition | undefined }
  | { readonly passes: false; readonly refusal: Refusal };

/** One decision, for metrics and log. */
interface DecisionReport {
  readonly request: LimitedRequest;
  readonly set: LimitSet;
  readonly decision: Decision;
  readonly tookMs: number;
}

/** What a limiter is made of. */
interface LimiterOptions {
  readonly store: TokenBucketStore;
  /** Whether the store tells what is left at no cost; else it is asked only where that is shown. */
  readonly tellsWhatIsLeft: boolean;
  readonly limits: LiveLimits;
  readonly now: () => number;
  /** Hears every decision. */
  decided(report: DecisionReport): void;
}

const PASSES: Verdict = Object.freeze({ passes: true, addition: undefined });

/** Decides on requests by the limits in force: all buckets of a request are charged, or none. */
class Limiter {
  readonly #options: LimiterOptions;

  constructor(options: LimiterOptions) {
    this.#options = options;
  }

  /**
   * Takes what the request costs. `undefined` when no limit is over it; a promise only when the store has to be waited
   * for. Rejects or throws what the store does.
   */
  decide(request: AskedRequest, caller: Caller): Verdict | Promise<Verdict> | undefined {
    const { limits, store, now } = this.#options;
    const inForce = limits.current;
    const set = inForce.table.find(request, caller);
    if (set === undefined) return undefined;
    const startedMs = now();
    const settle = (decision: Decision): Verdict => {
      this.#options.decided({ request, set, decision, tookMs: now() - startedMs });
      return verdictOf({ request, set, decision, inForce });
    };
    const states = this.#options.tellsWhatIsLeft || inForce.exposeQuota;
    const decision = store.take({ buckets: set.buckets, states });
    return decision instanceof Promise ? decision.then(settle) : settle(decision);
  }
}

/** What a verdict follows from. */
interface Decided {
  readonly request: AskedRequest;
  readonly set: LimitSet;
  readonly decision: Decision;
  readonly inForce: LimitsInForce;
}

function verdictOf({ request, set, decision, inForce }: Decided): Verdict {
  if (!decision.allowed)
    return { passes: false, refusal: refusalOf(request, decision, set, inForce) };
  const low = isLow(set, decision);
  if (!inForce.exposeQuota && !low) return PASSES;
  const quotas = quotasOf(set, decision);
  const isShown = inForce.exposeQuota && quotas.length > 0;
  return {
    passes: true,
    addition: {
      headers: low ? quotaHeaders(policiesOf(set), tightestOf(quotas)) : {},
      meta: isShown ? [QUOTA_KEY, JSON.stringify(quotaFacts(quotas))] : undefined,
    },
  };
}

export { Limiter, type DecisionReport, type Verdict };
