import type { IncomingHttpHeaders } from "node:http";
import type { Caller } from "../identity/caller.ts";
import { GatewayError } from "../rpc/errors.ts";
import type { SessionRegistry } from "../sessions/registry.ts";
import type { Session } from "../sessions/session.ts";

/**
 * The session that a request names, which thereby lives on; a session of somebody else is no session.
 * Throws `session-required`, `session-not-found` or `unsupported-version`.
 */
function sessionNamedBy(
  headers: IncomingHttpHeaders,
  caller: Caller,
  sessions: SessionRegistry,
): Session {
  const id = headers["mcp-session-id"];
  if (typeof id !== "string" || id === "")
    throw new GatewayError(
      "session-required",
      "Bad Request: the Mcp-Session-Id header is required; begin with initialize.",
    );
  const session = sessions.touch(id, caller);
  if (session === undefined)
    throw new GatewayError("session-not-found", "Session not found: begin again with initialize.");
  const version = headers["mcp-protocol-version"];
  if (version !== undefined && version !== session.facts.protocolVersion)
    throw new GatewayError(
      "unsupported-version",
      `Bad Request: the MCP-Protocol-Version of this session is ${session.facts.protocolVersion}.`,
    );
  return session;
}

export { sessionNamedBy };
