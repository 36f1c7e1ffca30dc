import type { MiddlewareHandler } from "hono";
import { errorText } from "../rpc/reply.ts";
import { corsHeaders, preflightHeaders } from "./cors.ts";
import { refusalOf, type HostPolicy } from "./host-policy.ts";

/**
 * Checks Host and Origin of every request, whatever its path and method, before anything else looks at it.
 * A refusal is a 403 with a JSON-RPC error; pages of configured origins get CORS headers and preflight answers.
 */
function hostCheck(policy: HostPolicy): MiddlewareHandler {
  return async function checkHost(c, next) {
    const origin = c.req.header("origin");
    const refusal = refusalOf(policy, c.req.header("host"), origin);
    if (refusal)
      return c.body(errorText(undefined, refusal), 403, { "Content-Type": "application/json" });
    if (c.req.method === "OPTIONS") {
      const preflight = preflightHeaders(policy, origin, {
        method: c.req.header("access-control-request-method"),
        headers: c.req.header("access-control-request-headers"),
      });
      if (preflight) return c.body(null, 204, preflight);
    }
    await next();
    for (const [name, value] of Object.entries(corsHeaders(policy, origin)))
      c.res.headers.append(name, value);
    return undefined;
  };
}

export { hostCheck };
