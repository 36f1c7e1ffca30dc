import type { Refusal } from "./verdict.ts";

/** What clients are told of how to be let in (RFC 9728). */
interface ProtectedResource {
  readonly issuer: string;
  /** Resource identifier; without one no metadata is published. */
  readonly resource: string | undefined;
  /** Scopes that a client may ask for. */
  readonly scopes: readonly string[];
  /** Scopes that a token must have. */
  readonly requiredScopes: readonly string[];
}

/** How a request came in, as far as an address to go on with depends on it. */
interface Asked {
  readonly host: string | undefined;
  readonly forwardedProto: string | undefined;
}

/** Where the metadata is published, with the path of the resource behind it. */
const METADATA_PATH = "/.well-known/oauth-protected-resource";

/** Scopes that are named when none are configured. */
const DEFAULT_SCOPES = ["openid"];

/** The metadata document; undefined without a resource. */
function metadataOf(site: ProtectedResource): object | undefined {
  if (site.resource === undefined) return undefined;
  const { resource, issuer, scopes } = site;
  return {
    resource,
    authorization_servers: [issuer],
    bearer_methods_supported: ["header"],
    scopes_supported: scopes.length > 0 ? scopes : DEFAULT_SCOPES,
  };
}

/** The value of WWW-Authenticate for a refusal with status 401 or 403. */
function challengeOf(site: ProtectedResource, refusal: Refusal, asked: Asked): string {
  const { error, description, status } = refusal;
  const scopes = status === 403 ? site.requiredScopes : site.scopes;
  const metadata = metadataUrl(site.resource, asked);
  const parameters: [name: string, value: string | undefined][] = [
    ["realm", site.issuer],
    ["resource_metadata", metadata],
    ["scope", scopes.length > 0 ? scopes.join(" ") : undefined],
    ["error", error],
    ["error_description", description],
  ];
  const given = parameters.filter(([, value]) => value !== undefined);
  return `Bearer ${given.map(([name, value = ""]) => `${name}="${quoted(value)}"`).join(", ")}`;
}

/** A Host header that can be part of an address; anything else is not repeated to anybody. */
const HOST = /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** The address of the metadata, on the host that the client knows the gateway by. */
function metadataUrl(resource: string | undefined, asked: Asked): string | undefined {
  if (resource === undefined) return undefined;
  const url = URL.parse(resource);
  const isWeb = url !== null && /^https?:$/.test(url.protocol);
  const path = isWeb ? url.pathname.replace(/\/$/, "") : "";
  const { host, forwardedProto } = asked;
  if (isWeb && (host === undefined || !HOST.test(host) || host.toLowerCase() === url.host))
    return `${url.origin}${METADATA_PATH}${path}`;
  if (host === undefined || !HOST.test(host)) return undefined;
  // What ends TLS in front of the gateway says so; nobody but the sender sees what comes of a lie.
  const scheme = forwardedProto?.toLowerCase() === "https" ? "https" : "http";
  return `${scheme}://${host}${METADATA_PATH}${path}`;
}

/** Text as it may stand between the quotes of a header. */
function quoted(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?").replaceAll(/["\\]/g, String.raw`\$&`);
}

export { challengeOf, METADATA_PATH, metadataOf, type Asked, type ProtectedResource };
