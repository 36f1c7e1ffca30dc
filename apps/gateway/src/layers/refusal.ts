import type { BucketState, Decision, Refused } from "@headgate/token-bucket";
import type { Call } from "../core/call.ts";
import { GatewayError } from "../rpc/errors.ts";
import { errorText, resultText } from "../rpc/reply.ts";
import type { Limit } from "./tool-limits.ts";

const MESSAGE = "Rate limit exceeded";

/** A refusal on the wire: the JSON-RPC text and the HTTP headers beside it. */
interface Refusal {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where code and wait stand when `structuredContent` may not hold them. */
const META_KEY = "io.headgate/rateLimit";

/**
 * The answer to a call that a limit refused. A tool call gets a result with `isError`, which models read, in the
 * reference's shape and with a second text that says what to do; anything else gets a JSON-RPC error 429.
 * A tool with an `outputSchema` gets code and wait in `_meta` instead of `structuredContent`: clients hold that to
 * the schema even in an error, and would show a broken schema in place of the wait.
 */
function refusalOf({ request, target }: Call, limits: readonly Limit[], refused: Refused): Refusal {
  const wait = refused.retryAfterMicros;
  const retryAfterSeconds =
    wait === undefined ? undefined : Math.max(1, Math.ceil(wait / 1_000_000));
  const data =
    wait === undefined ? {} : { retryAfterSeconds, retryAfterMs: Math.ceil(wait / 1000) };
  const headers = {
    ...quotaHeaders(limits, refused),
    ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
    "cache-control": "no-store",
  };
  if (request.method !== "tools/call")
    return {
      text: errorText(request.id, new GatewayError("rate-limited", MESSAGE, { data })),
      headers,
    };
  const content = [MESSAGE, advice(retryAfterSeconds)].map((text) => ({ type: "text", text }));
  const facts = { code: 429, message: MESSAGE, data };
  const place = target.typedOutput
    ? { _meta: { [META_KEY]: facts } }
    : { structuredContent: facts };
  return {
    text: resultText(request.id, JSON.stringify({ content, ...place, isError: true })),
    headers,
  };
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
  const policies = limits.map((limit) => {
    const seconds = Math.max(1, Math.ceil(limit.bucket.periodMicros / 1_000_000));
    return `"${policyName(limit)}";q=${limit.bucket.capacity};w=${seconds}`;
  });
  let tightest: { limit: Limit; state: BucketState } | undefined;
  for (const [index, limit] of limits.entries()) {
    const state = decision.states[index];
    if (state !== undefined && (tightest === undefined || isTighter(state, tightest.state)))
      tightest = { limit, state };
  }
  if (tightest === undefined) return {};
  const { limit, state } = tightest;
  return {
    "ratelimit-policy": policies.join(", "),
    ratelimit: `"${policyName(limit)}";r=${state.remaining};t=${Math.ceil(state.nextUnitMicros / 1_000_000)}`,
  };
}

/** Of two limits with equally little left, the one that takes longer to have more is what the caller waits for. */
function isTighter(one: BucketState, other: BucketState): boolean {
  if (one.remaining !== other.remaining) return one.remaining < other.remaining;
  return one.nextUnitMicros > other.nextUnitMicros;
}

/** A name that is a plain structured-field string; the tool's own name stays out of it where it is not. */
function policyName(limit: Limit): string {
  return limit.operation === "server" ? "shared" : "tool";
}

export { refusalOf };
