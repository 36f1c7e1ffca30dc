import { originText, type HostPolicy } from "./host-policy.ts";

const ALLOWED_METHODS = "GET, POST, DELETE, OPTIONS";
const EXPOSED_HEADERS =
  "Mcp-Session-Id, MCP-Protocol-Version, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate";
const ALLOWED_HEADERS =
  "Content-Type, Accept, Authorization, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Last-Event-ID";
const PREFLIGHT_SECONDS = 600;

/** The headers that let pages of a configured origin read an answer; none for any other origin. */
function corsHeaders(policy: HostPolicy, origin: string | undefined): Record<string, string> {
  // Answers to configured origins differ from those to others, so caches must keep them apart.
  const vary: Record<string, string> = policy.origins.size > 0 ? { Vary: "Origin" } : {};
  if (origin === undefined || !policy.origins.has(originText(origin))) return vary;
  return {
    ...vary,
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Expose-Headers": EXPOSED_HEADERS,
  };
}

/**
 * The headers that answer a browser's question whether it may send a request; `undefined` when the
 * request is no such question, or comes from an origin that is not configured. `asked` is its
 * Access-Control-Request-Headers: a configured origin may send any header.
 */
function preflightHeaders(
  policy: HostPolicy,
  origin: string | undefined,
  asked: { method: string | undefined; headers: string | undefined },
): Record<string, string> | undefined {
  if (origin === undefined || asked.method === undefined) return undefined;
  if (!policy.origins.has(originText(origin))) return undefined;
  return {
    ...corsHeaders(policy, origin),
    "Access-Control-Allow-Methods": ALLOWED_METHODS,
    "Access-Control-Allow-Headers": isHeaderList(asked.headers) ? asked.headers : ALLOWED_HEADERS,
    "Access-Control-Max-Age": String(PREFLIGHT_SECONDS),
  };
}

function isHeaderList(text: string | undefined): text is string {
  return (
    text !== undefined &&
    text.length <= 1_024 &&
    /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/.test(text)
  );
}

export { corsHeaders, preflightHeaders };
