import type { LimitRejection } from "@headgate/ratelimit-types";
import type { Refused } from "@headgate/token-bucket";
import type { Refusal } from "../core/call.ts";
import type { LimitSet } from "../limits/limit-table.ts";
import { GatewayError } from "../rpc/errors.ts";
import { errorText, resultText } from "../rpc/reply.ts";
import { leftAfter, policiesOf, QUOTA_KEY, quotaFacts, quotaHeaders, quotasOf } from "./quota.ts";

const MESSAGE = "Rate limit exceeded";
const LOST = "The limits of this gateway cannot be checked at the moment.";

/** Where code and wait stand when `structuredContent` may not hold them. */
const META_KEY = "io.headgate/rateLimit";

/** When to come back when the store does not say how long it will be away. */
const LOST_FOR_SECONDS = 5;

/** A request as a refusal needs to know it. */
interface RefusedRequest {
  /** As JSON text. */
  readonly id: string;
  readonly method: string;
  /** It is a call of a tool whose results clients hold to a schema. */
  readonly typedOutput?: boolean | undefined;
}

/** How refusals are told. */
interface RefusalForm {
  readonly rejection: LimitRejection;
  readonly exposeQuota: boolean;
}

/** Everything that a refusal tells. */
interface RefusalFacts {
  readonly data: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** The answer to a request that limits refused, or could not decide on, in the configured form. */
function refusalOf(
  request: RefusedRequest,
  refused: Refused,
  set: LimitSet,
  form: RefusalForm,
): Refusal {
  const facts = factsOf(refused, set, form);
  const { data, headers } = facts;
  if (refused.reason === "store-lost") {
    const error = new GatewayError("limits-unavailable", LOST, { data });
    return errorRefusal(request, error, headers, error.httpStatus);
  }
  if (form.rejection === "result" && request.method === "tools/call")
    return {
      code: "rate-limited",
      text: resultOf(request, facts),
      httpStatus: 200,
      headers,
    };
  const error = new GatewayError("rate-limited", MESSAGE, { data });
  return errorRefusal(request, error, headers, form.rejection === "http429" ? 429 : 200);
}

function factsOf(refused: Refused, set: LimitSet, { exposeQuota }: RefusalForm): RefusalFacts {
  const isLost = refused.reason === "store-lost";
  const wait = refused.retryAfterMicros ?? (isLost ? LOST_FOR_SECONDS * 1_000_000 : undefined);
  const retryAfterSeconds =
    wait === undefined ? undefined : Math.max(1, Math.ceil(wait / 1_000_000));
  const quotas = exposeQuota && !isLost ? quotasOf(set, refused) : [];
  return {
    retryAfterSeconds,
    data: {
      ...(wait !== undefined && { retryAfterSeconds, retryAfterMs: Math.ceil(wait / 1_000) }),
      ...(quotas.length > 0 && { [QUOTA_KEY]: quotaFacts(quotas) }),
    },
    headers: {
      ...(!isLost && quotaHeaders(policiesOf(set), leftAfter(set, refused))),
      ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
      "cache-control": "no-store",
    },
  };
}

function errorRefusal(
  { id }: RefusedRequest,
  error: GatewayError,
  headers: RefusalFacts["headers"],
  httpStatus: number,
): Refusal {
  return { code: error.code, text: errorText(id, error), httpStatus, headers };
}

/**
 * A result with `isError`, which models read, in the reference's shape and with a second text that says what to do.
 * A tool with an `outputSchema` gets code and wait in `_meta` instead of `structuredContent`: clients hold that to
 * the schema even in an error, and would show a broken schema in place of the wait.
 */
function resultOf(
  { id, typedOutput }: RefusedRequest,
  { data, retryAfterSeconds }: RefusalFacts,
): string {
  const { [QUOTA_KEY]: quota, ...wait } = data;
  const content = [MESSAGE, advice(retryAfterSeconds)].map((text) => ({ type: "text", text }));
  const facts = { code: 429, message: MESSAGE, data: wait };
  const meta = {
    ...(typedOutput && { [META_KEY]: facts }),
    ...(quota !== undefined && { [QUOTA_KEY]: quota }),
  };
  const result = {
    content,
    ...(!typedOutput && { structuredContent: facts }),
    ...(Object.keys(meta).length > 0 && { _meta: meta }),
    isError: true,
  };
  return resultText(id, JSON.stringify(result));
}

function advice(retryAfterSeconds: number | undefined): string {
  if (retryAfterSeconds === undefined)
    return "The call was not run and would never be let through: it costs more than the limit holds.";
  const wait = retryAfterSeconds === 1 ? "1 second" : `${retryAfterSeconds} seconds`;
  return `The call was not run. Wait ${wait}, then make the same call again; calling earlier does not help.`;
}

export { refusalOf, type RefusalForm, type RefusedRequest };
