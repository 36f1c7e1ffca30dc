/** Whether the text can be the name of an HTTP header. */
function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(name);
}

/** Whether the text can be the value of an HTTP header: no line break or other control character. */
function isHeaderValue(value: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return !/[\u0000-\u0008\u000A-\u001F\u007F]/.test(value) && !/[^\u0000-\u00FF]/.test(value);
}

/** Headers that belong to one connection or to the framing of one message. */
const HOP_HEADERS = new Set([
  "host",
  "connection",
  "keep-alive",
  "te",
  "trailer",
  "upgrade",
  "http2-settings",
  "proxy-authorization",
  "proxy-authenticate",
  "proxy-connection",
  "transfer-encoding",
  "content-length",
]);

/** Headers the gateway writes itself when it speaks MCP to a backend. */
const PROTOCOL_HEADERS = new Set([
  "accept",
  "accept-encoding",
  "content-encoding",
  "content-type",
  "expect",
  "last-event-id",
  "mcp-method",
  "mcp-name",
  "mcp-protocol-version",
  "mcp-session-id",
]);

/** Headers by which a client identifies itself, or a proxy says whom it speaks for. */
const IDENTITY_HEADERS = new Set([
  "authorization",
  "cookie",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
]);

/** Why a header that the configuration adds to requests must not have this name; undefined when it may. */
function refusalToAdd(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (!isHeaderName(name)) return "is not the name of a header: use letters, digits and -";
  if (HOP_HEADERS.has(lower)) return "belongs to the connection, and is written by the gateway";
  if (PROTOCOL_HEADERS.has(lower)) return "belongs to MCP, and is written by the gateway";
  return undefined;
}

/** Why a client's header of this name must not reach backends; undefined when it may. */
function refusalToPassThrough(name: string): string | undefined {
  if (!IDENTITY_HEADERS.has(name.toLowerCase())) return refusalToAdd(name);
  return "says who the client is to the gateway, and must not reach backends";
}

export { isHeaderValue, refusalToAdd, refusalToPassThrough };
