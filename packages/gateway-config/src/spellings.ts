import { isMapping, rewritePlaces } from "./places.ts";
import type { Env } from "./variables.ts";

const REFILL_PERIODS = [
  "rateLimiting.shared.refillPeriod",
  "rateLimiting.perUser.refillPeriod",
  "rateLimiting.tools.[].shared.refillPeriod",
  "rateLimiting.tools.[].perUser.refillPeriod",
];

/** The configuration in our own spelling, where ToolHive's files have another for the same thing. */
function ownSpelling(config: unknown, env: Env): unknown {
  let own = rewritePlaces(config, "backends.[].transport", ({ value }) =>
    value === "streamable" ? "streamable-http" : value,
  );
  for (const pattern of REFILL_PERIODS) {
    own = rewritePlaces(own, pattern, ({ value }) => unwrappedDuration(value));
  }
  return env["VMCP_NAME"] === undefined ? own : withoutFilledIn(own);
}

// Where an operator started the gateway, `fail` is what the API server filled in: nobody can be taken at that word.
function withoutFilledIn(config: unknown): unknown {
  return rewritePlaces(config, "operational.failureHandling.partialFailureMode", ({ value }) =>
    value === "fail" ? undefined : value,
  );
}

// What ToolHive's operator writes: `refillPeriod: { duration: 1m0s }`.
function unwrappedDuration(value: unknown): unknown {
  const [only, ...others] = isMapping(value) ? Object.keys(value) : [];
  return isMapping(value) && only === "duration" && others.length === 0 ? value[only] : value;
}

export { ownSpelling };
