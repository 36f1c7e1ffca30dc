import type { IncomingHttpHeaders } from "node:http";
import { isSameCaller, type Caller } from "../identity/caller.ts";
import { GatewayError } from "../rpc/errors.ts";
import type { Asker } from "../sessions/registry-options.ts";
import type { SessionRegistry } from "../sessions/registry.ts";
import type { Session } from "../sessions/session.ts";

/**
 * The session that a request names, which thereby lives on; a session of somebody else is no session. A promise when
 * it has to be asked for elsewhere. Throws or rejects with `session-required`, `session-not-found`,
 * `unsupported-version` or `sessions-unavailable`.
 */
function sessionNamedBy(
  headers: IncomingHttpHeaders,
  asker: Asker,
  sessions: SessionRegistry,
): Session | Promise<Session> {
  const id = headers["mcp-session-id"];
  if (typeof id !== "string" || id === "")
    throw new GatewayError(
      "session-required",
      "Bad Request: the Mcp-Session-Id header is required; begin with initialize.",
    );
  const version = headers["mcp-protocol-version"];
  const found = sessions.touch(id, asker);
  if (found instanceof Promise) return found.then((session) => checked(session, version, asker));
  return checked(found, version, asker);
}

/** The session that a request names as this process has it, in the revision that the request speaks; whether it lives may still be asked. */
function sessionHere(
  headers: IncomingHttpHeaders,
  caller: Caller,
  sessions: Pick<SessionRegistry, "here">,
): Session | undefined {
  const session = sessions.here(String(headers["mcp-session-id"]));
  if (session === undefined || !isSameCaller(session.caller, caller)) return undefined;
  return isRevisionOf(session, headers["mcp-protocol-version"]) ? session : undefined;
}

function isRevisionOf({ facts }: Session, version: string | string[] | undefined): boolean {
  return version === undefined || version === facts.protocolVersion;
}

function checked(
  session: Session | undefined,
  version: string | string[] | undefined,
  { passed }: Asker,
): Session {
  if (session === undefined)
    throw new GatewayError("session-not-found", "Session not found: begin again with initialize.");
  if (!isRevisionOf(session, version))
    throw new GatewayError(
      "unsupported-version",
      `Bad Request: the MCP-Protocol-Version of this session is ${session.facts.protocolVersion}.`,
    );
  session.passHeaders(passed);
  return session;
}

export { sessionHere, sessionNamedBy };
