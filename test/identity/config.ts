import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { Backend } from "../gateway/config.ts";
import { configOf } from "../gateway/config.ts";
import type { Issuer } from "./issuer.ts";

/** The scope without which nobody is let in. */
export const SCOPE = "tools:call";

/** A port that nothing listens on, for a gateway that has to know its address beforehand. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** The configuration of a gateway that trusts this issuer for `resource`. */
export function configFor(
  issuer: Issuer,
  resource: string,
  backends: Backend[],
  oidc: Record<string, unknown> = {},
): object {
  return configOf(backends, {
    incomingAuth: {
      type: "oidc",
      oidc: {
        issuer: issuer.url,
        clientId: issuer.gateway.id,
        audience: resource,
        resource,
        scopes: [SCOPE],
        requiredScopes: [SCOPE],
        insecureAllowHttp: true,
        jwksAllowPrivateIp: true,
        ...oidc,
      },
    },
  });
}
