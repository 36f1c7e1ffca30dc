import type { Decision, DecisionSource } from "@headgate/token-bucket";
import { scopeOf, type Limit, type LimitScope } from "../limits/limit.ts";
import { BucketCounts } from "./bucket-counts.ts";
import type { MetricBook } from "./exposition.ts";
import {
  deciderOf,
  outcomeOf,
  passedOpen,
  withoutStore,
  type WithoutStore,
} from "./limit-outcome.ts";
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

const SECONDS = [
  0.000_005, 0.000_01, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025,
  0.032, 0.05, 0.1,
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
  const ofBuckets = new BucketCounts(book, [namespace, server]);
  const ofRequests = new RequestCounts(book, server);
  const latency = book
    .histogram(
      "toolhive_rate_limit_check_latency_seconds",
      "Time to decide on one call",
      [],
      SECONDS,
    )
    .of();
  let longest = 0;
  book.reading(
    "headgate_rate_limit_longest_check_seconds",
    "Longest time that it took to decide on one call, since the start",
    () => longest,
  );
  const failOpen = book
    .counter("toolhive_rate_limit_fail_open_total", "Calls passed because the store was lost")
    .of();
  return {
    decided({ limits, decision, seconds }) {
      latency.observe(seconds);
      if (seconds > longest) longest = seconds;
      ofBuckets.count(limits, decision);
      ofRequests.count(limits, decision);
      if (passedOpen(limits, decision)) failOpen.add();
    },
  };
}

/** Our own counts: one for each request. */
class RequestCounts {
  readonly #server: string;
  readonly #decisions: Family<Cell>;
  readonly #passed = new Map<DecisionSource, Cell>();
  readonly #without: Readonly<Record<WithoutStore, Cell>>;
  readonly #near: Readonly<Record<LimitScope, Cell>>;

  constructor(book: MetricBook, server: string) {
    this.#server = server;
    this.#decisions = book.counter(
      "headgate_rate_limit_decisions_total",
      "Requests that limits decided on, by the limit that refused and by who decided",
      ["server", "outcome", "scope", "limit", "source"],
    );
    const near = book.counter(
      "headgate_rate_limit_near_limit_total",
      "Requests that passed and left less than a fifth of a limit, where the store tells what is left",
      ["scope"],
    );
    this.#near = { shared: near.of("shared"), per_user: near.of("per_user") };
    const without = book.counter(
      "headgate_rate_limit_degraded_decisions_total",
      "Decisions taken without the store, by the most telling of what their limits do then",
      ["mode"],
    );
    this.#without = {
      local: without.of("local"),
      open: without.of("open"),
      closed: without.of("closed"),
    };
  }

  count(limits: readonly Limit[], decision: Decision): void {
    this.#cellOf(limits, decision).add();
    const mode = withoutStore(limits, decision);
    if (mode !== undefined) this.#without[mode].add();
    const near = decision.allowed ? nearLimit(limits, decision) : undefined;
    if (near !== undefined) this.#near[scopeOf(near)].add();
  }

  #cellOf(limits: readonly Limit[], decision: Decision): Cell {
    const { source = "store" } = decision;
    const by = deciderOf(limits, decision);
    const labels = [this.#server, outcomeOf(decision)];
    if (by !== undefined)
      return this.#decisions.of(...labels, scopeOf(by), by.name, SOURCES[source]);
    const known = this.#passed.get(source);
    if (known !== undefined) return known;
    const made = this.#decisions.of(...labels, "none", "none", SOURCES[source]);
    this.#passed.set(source, made);
    return made;
  }
}

function nearLimit(limits: readonly Limit[], { states }: Decision): Limit | undefined {
  if (states.length === 0) return undefined;
  return limits.find(({ bucket }, index) => {
    const state = states[index];
    return state !== undefined && state.remaining < (1 - NEAR_SHARE) * bucket.capacity;
  });
}

export { limitMeter, type LimitMeter, type MeasuredDecision };
