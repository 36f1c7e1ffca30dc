import type { Decision, Refused } from "@headgate/token-bucket";
import { GatewayError } from "../rpc/errors.ts";
import { errorText, resultText } from "../rpc/reply.ts";
import type { Limit } from "./tool-limits.ts";

const MESSAGE = "Rate limit exceeded";

/** A refusal on the wire: the JSON-RPC text and the HTTP headers beside it. */
interface Refusal {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The answer to a call that a limit refused. A tool call gets a result with `isError`, which models read, in the
 * reference's shape and with a second text that says what to do; anything else gets a JSON-RPC error 429.
 */
function refusalOf(
  method: string,
  id: string,
  limits: readonly Limit[],
  refused: Refused,
): Refusal {
  const retryAfterSeconds =
    refused.retryAfterMicros === undefined
      ? undefined
      : Math.max(1, Math.ceil(refused.retryAfterMicros / 1_000_000));
  const data =
    retryAfterSeconds === undefined
      ? {}
      : { retryAfterSeconds, retryAfterMs: Math.ceil((refused.retryAfterMicros ?? 0) / 1000) };
  const headers = {
    ...quotaHeaders(limits, refused),
    ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
    "cache-control": "no-store",
  };
  if (method !== "tools/call")
    return { text: errorText(id, new GatewayError("rate-limited", MESSAGE, { data })), headers };
  const content = [
    { type: "text", text: MESSAGE },
    { type: "text", text: advice(retryAfterSeconds) },
  ];
  const result = {
    content,
    structuredContent: { code: 429, message: MESSAGE, data },
    isError: true,
  };
  return { text: resultText(id, JSON.stringify(result)), headers };
}

function advice(retryAfterSeconds: number | undefined): string {
  if (retryAfterSeconds === undefined)
    return "The call was not run and would never be let through: it costs more than the limit holds.";
  const wait = retryAfterSeconds === 1 ? "1 second" : `${retryAfterSeconds} seconds`;
  return `The call was not run. Wait ${wait}, then make the same call again; calling earlier does not help.`;
}

/**
 * `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-11: every limit that applies, and the
 * state of the one with the least left.
 */
function quotaHeaders(limits: readonly Limit[], decision: Decision): Record<string, string> {
  const policies = limits.map(
    ({ bucket }, index) =>
      `"${policyName(limits[index]!)}";q=${bucket.capacity};w=${Math.max(1, Math.ceil(bucket.periodMicros / 1_000_000))}`,
  );
  let tightest = 0;
  for (const [index, state] of decision.states.entries())
    if (state.remaining < decision.states[tightest]!.remaining) tightest = index;
  const state = decision.states[tightest];
  const limit = limits[tightest];
  if (state === undefined || limit === undefined) return {};
  const seconds = Math.ceil(state.nextUnitMicros / 1_000_000);
  return {
    "ratelimit-policy": policies.join(", "),
    ratelimit: `"${policyName(limit)}";r=${state.remaining};t=${seconds}`,
  };
}

/** A name that is a plain structured-field string; the tool's own name stays out of it where it is not. */
function policyName(limit: Limit): string {
  return limit.operation === "server" ? "shared" : "tool";
}

export { quotaHeaders, refusalOf, type Refusal };
