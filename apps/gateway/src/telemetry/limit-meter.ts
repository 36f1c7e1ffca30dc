import type { MetricBook } from "./exposition.ts";

/** Whose bucket was asked. */
type LimitScope = "shared" | "per_user";
/** What the bucket is over. */
type LimitedOperation = "server" | "tool";

/** Measures rate limiting. */
interface LimitMeter {
  /** A call passed; one per bucket that it took from, as in the reference. */
  allowed(scope: LimitScope, operation: LimitedOperation): void;
  /** A call was refused; one for the bucket whose refusal it was told. */
  rejected(scope: LimitScope, operation: LimitedOperation): void;
  /** One call was decided, however many buckets were asked. */
  checked(passed: boolean, seconds: number): void;
}

const SECONDS = [
  0.000_005, 0.000_01, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025,
  0.05, 0.1,
];

/** The meter of a gateway's limits. */
function limitMeter(book: MetricBook, namespace: string, server: string): LimitMeter {
  const decisions = book.counter(
    "toolhive_rate_limit_decisions_total",
    "Decisions of rate-limit buckets: one per bucket when a call passes, one when it is refused",
    ["namespace", "server", "decision", "scope", "operation_type"],
  );
  const latency = book
    .histogram(
      "toolhive_rate_limit_check_latency_seconds",
      "Time to decide on one call",
      [],
      SECONDS,
    )
    .of();
  const calls = book.counter("headgate_rate_limited_calls_total", "Calls that limits decided on", [
    "outcome",
  ]);
  const cellsOf = (decision: string) => {
    const cell = (scope: LimitScope, operation: LimitedOperation) =>
      decisions.of(namespace, server, decision, scope, operation);
    return {
      shared: { server: cell("shared", "server"), tool: cell("shared", "tool") },
      per_user: { server: cell("per_user", "server"), tool: cell("per_user", "tool") },
    };
  };
  const allowed = cellsOf("allowed");
  const rejected = cellsOf("rejected");
  const passedCalls = calls.of("allowed");
  const refusedCalls = calls.of("rejected");
  return {
    allowed: (scope, operation) => allowed[scope][operation].add(),
    rejected: (scope, operation) => rejected[scope][operation].add(),
    checked(passed, seconds) {
      (passed ? passedCalls : refusedCalls).add();
      latency.observe(seconds);
    },
  };
}

export { limitMeter, type LimitedOperation, type LimitMeter, type LimitScope };
