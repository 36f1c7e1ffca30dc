/** What identifies a streamable-HTTP session towards the backend, turned into request headers once. */
interface HttpSession {
  readonly id: string | undefined;
  readonly protocolVersion: string | undefined;
}

/** Header lists for undici, flat as it takes them fastest: one for POST, one for the standalone GET stream, one for DELETE. */
interface SessionHeaders {
  readonly post: string[];
  readonly get: string[];
  readonly delete: string[];
}

/** The headers of every request in a session; `own` are the backend's credentials and passed-through client headers. */
function sessionHeaders(
  session: HttpSession,
  own: Readonly<Record<string, string>>,
): SessionHeaders {
  const base: string[] = [];
  for (const [name, value] of Object.entries(own)) base.push(name, value);
  if (session.id !== undefined) base.push("mcp-session-id", session.id);
  if (session.protocolVersion !== undefined)
    base.push("mcp-protocol-version", session.protocolVersion);
  return {
    post: [
      "content-type",
      "application/json",
      "accept",
      "application/json, text/event-stream",
      ...base,
    ],
    get: ["accept", "text/event-stream", ...base],
    delete: base,
  };
}

export { sessionHeaders, type HttpSession, type SessionHeaders };
