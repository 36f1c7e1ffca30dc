import { GatewayError } from "../rpc/errors.ts";

/** Which Host and Origin headers a gateway answers. */
interface HostPolicy {
  /** Restricts Host to these; `undefined` restricts it to nothing. */
  readonly hosts: HostRule | undefined;
  /** Web origins besides the gateway's own whose pages may call it and read its answers. */
  readonly origins: ReadonlySet<string>;
}

type HostRule = "loopback" | ReadonlySet<string>;

/** What the policy is made from. */
interface HostPolicyOptions {
  /** The address that the server listens on. */
  readonly bindAddress: string;
  /** Host names with or without a port; without one, any port. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Origins as browsers write them, such as `https://app.example`. */
  readonly allowedOrigins?: readonly string[] | undefined;
}

/**
 * The policy for a server. `allowedHosts`, when given, is the whole list. Without it a server on a loopback
 * address answers loopback names only, which keeps web pages from reaching it under a name of their own
 * (DNS rebinding); a server on any other address cannot know its names and answers all of them.
 */
function hostPolicy(options: HostPolicyOptions): HostPolicy {
  const { bindAddress, allowedHosts, allowedOrigins = [] } = options;
  const hosts = allowedHosts
    ? new Set(allowedHosts.map((host) => host.toLowerCase()))
    : isLoopbackName(bindAddress)
      ? "loopback"
      : undefined;
  const origins = new Set(allowedOrigins.map((origin) => originText(origin)));
  return { hosts, origins };
}

/** Refuses a request by its Host and Origin headers; `undefined` lets it pass. */
function refusalOf(
  policy: HostPolicy,
  host: string | undefined,
  origin: string | undefined,
): GatewayError | undefined {
  if (!hostAllowed(policy, host))
    return new GatewayError(
      "forbidden-host",
      "Forbidden: this gateway does not answer for the host that was asked for. Use an address it listens on, or add the host to operational.allowedHosts.",
    );
  if (origin !== undefined && !originAllowed(policy, host, origin))
    return new GatewayError(
      "forbidden-origin",
      "Forbidden: pages of this origin may not call the gateway. Add the origin to operational.allowedOrigins if they should.",
    );
  return undefined;
}

function hostAllowed({ hosts }: HostPolicy, host: string | undefined): boolean {
  if (hosts === undefined) return true;
  if (host === undefined) return false;
  if (hosts === "loopback") return isLoopbackHost(host);
  const asked = host.toLowerCase();
  return hosts.has(asked) || hosts.has(nameOf(asked));
}

function originAllowed(policy: HostPolicy, host: string | undefined, origin: string): boolean {
  if (policy.origins.has(originText(origin))) return true;
  const authority = /^https?:\/\/([^/?#@\s]+)$/i.exec(origin)?.[1];
  if (authority === undefined || host === undefined) return false;
  // The scheme says nothing here: in front of the gateway may stand something that ends TLS.
  if (withoutDefaultPort(authority) === withoutDefaultPort(host)) return true;
  return isLoopbackHost(authority) && isLoopbackHost(host);
}

const LOOPBACK =
  /^(?:localhost|127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}|\[(?:::1|0:0:0:0:0:0:0:1)\])(?::\d{1,5})?$/i;

/** Whether a Host header names this machine to itself, with any port. */
function isLoopbackHost(host: string): boolean {
  return LOOPBACK.test(host);
}

/** Whether an address to listen on can be reached from this machine only. */
function isLoopbackName(address: string): boolean {
  return isLoopbackHost(
    address.includes(":") && !address.startsWith("[") ? `[${address}]` : address,
  );
}

function nameOf(host: string): string {
  return host.replace(/:\d{1,5}$/, "");
}

function withoutDefaultPort(authority: string): string {
  return authority.toLowerCase().replace(/:(?:80|443)$/, "");
}

function originText(origin: string): string {
  return origin.toLowerCase().replace(/\/$/, "");
}

export {
  hostPolicy,
  isLoopbackName,
  originText,
  refusalOf,
  type HostPolicy,
  type HostPolicyOptions,
};
