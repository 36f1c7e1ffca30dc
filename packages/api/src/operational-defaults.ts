import { EdgeLimits, ProcessLimits, SessionLimits } from "./gateway-config/edge-limits.ts";
import { CircuitBreaker, FailureHandling } from "./gateway-config/failure-handling.ts";
import { Drain, Operational, Timeouts } from "./gateway-config/operational.ts";

/** An `operational` block in which every group is there, so that no reader needs a default of its own. */
export interface CompleteOperational extends Operational {
  readonly timeouts: Timeouts;
  readonly failureHandling: FailureHandling & { readonly circuitBreaker: CircuitBreaker };
  readonly drain: Drain;
  readonly sessions: SessionLimits;
  readonly processes: ProcessLimits;
  readonly limits: EdgeLimits;
}

/** The block with the defaults of every group that was left out. */
export function completeOperational(operational: Operational | undefined): CompleteOperational {
  const given = operational ?? Operational.parse({});
  const failureHandling = given.failureHandling ?? FailureHandling.parse({});
  return {
    ...given,
    timeouts: given.timeouts ?? Timeouts.parse({}),
    failureHandling: {
      ...failureHandling,
      circuitBreaker: failureHandling.circuitBreaker ?? CircuitBreaker.parse({}),
    },
    drain: given.drain ?? Drain.parse({}),
    sessions: given.sessions ?? SessionLimits.parse({}),
    processes: given.processes ?? ProcessLimits.parse({}),
    limits: given.limits ?? EdgeLimits.parse({}),
  };
}
