import { EdgeLimits, ProcessLimits, SessionLimits } from "./gateway-config/edge-limits.ts";
import { CircuitBreaker, FailureHandling } from "./gateway-config/failure-handling.ts";
import { Drain, Operational } from "./gateway-config/operational.ts";

/**
 * An `operational` block in which every group is there, so that no reader needs a default of its own.
 * Only `timeouts` may be missing: without it calls have a limit of silence, not the 30 s of an empty block.
 */
export interface CompleteOperational extends Operational {
  readonly failureHandling: FailureHandling & { readonly circuitBreaker: CircuitBreaker };
  readonly drain: Drain;
  readonly sessions: SessionLimits;
  readonly processes: ProcessLimits;
  readonly limits: EdgeLimits;
}

function completeDrain(drain: Drain): Drain {
  return { ...drain, gracePeriod: drain.timeout ?? drain.gracePeriod };
}

/** The block with the defaults of every group that was left out. */
export function completeOperational(operational: Operational | undefined): CompleteOperational {
  const given = operational ?? Operational.parse({});
  const failureHandling = given.failureHandling ?? FailureHandling.parse({});
  return {
    ...given,
    failureHandling: {
      ...failureHandling,
      circuitBreaker: failureHandling.circuitBreaker ?? CircuitBreaker.parse({}),
    },
    drain: completeDrain(given.drain ?? Drain.parse({})),
    sessions: given.sessions ?? SessionLimits.parse({}),
    processes: given.processes ?? ProcessLimits.parse({}),
    limits: given.limits ?? EdgeLimits.parse({}),
  };
}
