import type { Decision } from "@headgate/token-bucket";
import { trace } from "@opentelemetry/api";
import { bucketKind, type Limit } from "../limits/limit.ts";
import { deciderOf, outcomeOf, passedOpen } from "./limit-outcome.ts";

/**
 * The attributes of a decision, under the reference's names: `rate_limit.decision` is `allowed`, `rejected`, or
 * `audit_rejected` for a call that passed although an audited limit would have refused it.
 */
function limitSpanAttributes(
  limits: readonly Limit[],
  decision: Decision,
): Readonly<Record<string, string | boolean>> {
  const by = deciderOf(limits, decision);
  return {
    "rate_limit.decision": outcomeOf(decision),
    "rate_limit.rejected_by": by === undefined ? "none" : bucketKind(by),
    "rate_limit.fail_open": passedOpen(limits, decision),
  };
}

/** Puts what limits decided on the span of the request, where something traces this process. */
function tagSpan(limits: readonly Limit[], decision: Decision): void {
  const span = trace.getActiveSpan();
  if (span?.isRecording()) span.setAttributes(limitSpanAttributes(limits, decision));
}

export { limitSpanAttributes, tagSpan };
