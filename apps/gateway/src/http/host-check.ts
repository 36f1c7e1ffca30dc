import type { HttpBindings } from "@hono/node-server";
import type { MiddlewareHandler } from "hono";
import { errorText } from "../rpc/reply.ts";
import { corsHeaders, preflightHeaders } from "./cors.ts";
import { refusalOf, type HostPolicy } from "./host-policy.ts";
import { isMetadataPath } from "./resource-metadata.ts";

/**
 * Checks Host and Origin of every request, whatever its path and method, before anything else looks at it.
 * A refusal is a 403 with a JSON-RPC error; pages of configured origins get CORS headers and preflight answers.
 * What any origin may read is checked for its Host alone.
 */
function hostCheck(policy: HostPolicy): MiddlewareHandler<{ Bindings: HttpBindings }> {
  return async function checkHost(c, next) {
    // Read where Node.js keeps them: building a Headers object for every call would cost more than the check.
    const { host, origin } = c.env.incoming.headers;
    const isPublic = isMetadataPath(c.req.path);
    const refusal = refusalOf(policy, host, isPublic ? undefined : origin);
    if (refusal)
      return c.body(errorText(undefined, refusal), 403, { "Content-Type": "application/json" });
    if (isPublic) return next();
    if (c.req.method === "OPTIONS") {
      const preflight = preflightHeaders(policy, origin, {
        method: c.req.header("access-control-request-method"),
        headers: c.req.header("access-control-request-headers"),
      });
      if (preflight) return c.body(null, 204, preflight);
    }
    // Set on the socket's response, because the MCP endpoint answers there by itself.
    for (const [name, value] of Object.entries(corsHeaders(policy, origin)))
      c.env.outgoing.setHeader(name, value);
    return next();
  };
}

export { hostCheck };
