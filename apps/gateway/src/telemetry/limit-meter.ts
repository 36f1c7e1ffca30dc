import type { Decision, DecisionSource } from "@headgate/token-bucket";
import { scopeOf, type Limit } from "../limits/limit.ts";
import type { MetricBook } from "./exposition.ts";
import type { Cell, Family } from "./series.ts";

/** One decision about one request. */
interface MeasuredDecision {
  /** In the order in which they were asked. */
  readonly limits: readonly Limit[];
  readonly decision: Decision;
  readonly seconds: number;
}

/** Measures rate limiting. */
interface LimitMeter {
  decided(measured: MeasuredDecision): void;
}

/** How a request fared, as our own metric counts it: once, however many buckets were asked. */
type LimitOutcome = "allowed" | "rejected" | "audit_rejected";

const SECONDS = [
  0.000_005, 0.000_01, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025,
  0.05, 0.1,
];

/** From this share of a limit on, it is nearly used up. */
const NEAR_SHARE = 0.8;

const SOURCES: Readonly<Record<DecisionSource, string>> = {
  store: "store",
  batch: "batch",
  "deny-cache": "deny_cache",
  local: "local",
};

/** The meter of a gateway's limits. */
function limitMeter(book: MetricBook, namespace: string, server: string): LimitMeter {
  const ofBuckets = new BucketCounts(
    book.counter(
      "toolhive_rate_limit_decisions_total",
      "Decisions of rate-limit buckets: one per bucket when a call passes, one when it is refused",
      ["namespace", "server", "decision", "scope", "operation_type"],
    ),
    [namespace, server],
  );
  const latency = book
    .histogram(
      "toolhive_rate_limit_check_latency_seconds",
      "Time to decide on one call",
      [],
      SECONDS,
    )
    .of();
  const failOpen = book
    .counter("toolhive_rate_limit_fail_open_total", "Calls passed because the store was lost")
    .of();
  const requests = book.counter(
    "headgate_rate_limit_decisions_total",
    "Requests that limits decided on, by the limit that refused and by who decided",
    ["server", "outcome", "scope", "limit", "source"],
  );
  const near = book.counter(
    "headgate_rate_limit_near_limit_total",
    "Requests that passed and left less than a fifth of a limit",
    ["scope"],
  );
  const nearOf = { shared: near.of("shared"), per_user: near.of("per_user") };
  const passed = new Map<string, Cell>();
  const count = (outcome: LimitOutcome, source: string, by: Limit | undefined): void => {
    if (by !== undefined) return requests.of(server, outcome, scopeOf(by), by.name, source).add();
    const known = passed.get(source) ?? requests.of(server, outcome, "none", "none", source);
    passed.set(source, known);
    known.add();
  };
  return {
    decided({ limits, decision, seconds }) {
      latency.observe(seconds);
      ofBuckets.count(limits, decision);
      if (passedOpen(limits, decision)) failOpen.add();
      const by = deciderOf(limits, decision);
      count(outcomeOf(decision), SOURCES[decision.source ?? "store"], by);
      const scope = decision.allowed ? nearScope(limits, decision) : undefined;
      if (scope !== undefined) nearOf[scope].add();
    },
  };
}

/** The reference's count: each bucket of a request that passes, the first refusing one of a request that does not. */
class BucketCounts {
  readonly #family: Family<Cell>;
  readonly #labels: readonly [namespace: string, server: string];
  readonly #known = new WeakMap<Limit, Record<LimitOutcome, Cell>>();

  constructor(family: Family<Cell>, labels: readonly [namespace: string, server: string]) {
    this.#family = family;
    this.#labels = labels;
  }

  count(limits: readonly Limit[], decision: Decision): void {
    if (!decision.allowed) {
      const first = limits[decision.refusedBy[0] ?? 0];
      if (first !== undefined) this.#cellsOf(first).rejected.add();
      return;
    }
    for (const [index, limit] of limits.entries()) {
      const cells = this.#cellsOf(limit);
      (decision.auditRefusedBy.includes(index) ? cells.audit_rejected : cells.allowed).add();
    }
  }

  #cellsOf(limit: Limit): Record<LimitOutcome, Cell> {
    const known = this.#known.get(limit);
    if (known !== undefined) return known;
    const cell = (decision: LimitOutcome): Cell =>
      this.#family.of(...this.#labels, decision, scopeOf(limit), limit.operation);
    const made = {
      allowed: cell("allowed"),
      rejected: cell("rejected"),
      audit_rejected: cell("audit_rejected"),
    };
    this.#known.set(limit, made);
    return made;
  }
}

/** How one request fared. */
function outcomeOf(decision: Decision): LimitOutcome {
  if (!decision.allowed) return "rejected";
  return decision.auditRefusedBy.length > 0 ? "audit_rejected" : "allowed";
}

/** The limit that refused, or that would have; `undefined` when none did. */
function deciderOf(limits: readonly Limit[], decision: Decision): Limit | undefined {
  const [first] = decision.allowed ? decision.auditRefusedBy : decision.refusedBy;
  return first === undefined ? undefined : limits[first];
}

/** Whether a limit let the request through unasked, as the store was lost. */
function passedOpen(limits: readonly Limit[], { allowed, source }: Decision): boolean {
  return (
    allowed && source === "local" && limits.some(({ bucket }) => bucket.onStoreFailure === "open")
  );
}

function nearScope(limits: readonly Limit[], { states }: Decision) {
  const near = limits.find(({ bucket }, index) => {
    const state = states[index];
    return state !== undefined && state.remaining < (1 - NEAR_SHARE) * bucket.capacity;
  });
  return near && scopeOf(near);
}

export {
  deciderOf,
  limitMeter,
  outcomeOf,
  passedOpen,
  type LimitMeter,
  type LimitOutcome,
  type MeasuredDecision,
};
