import type { Decision } from "@headgate/token-bucket";
import type { Limit } from "../limits/limit.ts";

/** How a request fared: once for it, however many buckets were asked. */
type LimitOutcome = "allowed" | "rejected" | "audit_rejected";

/** What limits did as the store could not be asked. */
type WithoutStore = "local" | "open" | "closed";

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

/** How a decision without the store came about; `undefined` for one that the store took. */
function withoutStore(limits: readonly Limit[], decision: Decision): WithoutStore | undefined {
  if (decision.source !== "local") return undefined;
  if (!decision.allowed && decision.reason === "store-lost") return "closed";
  return passedOpen(limits, decision) ? "open" : "local";
}

export { deciderOf, outcomeOf, passedOpen, withoutStore, type LimitOutcome, type WithoutStore };
