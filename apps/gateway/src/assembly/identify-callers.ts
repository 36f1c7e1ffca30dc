import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import type { OidcVerification } from "@headgate/api";
import { clientSecretOf } from "@headgate/gateway-config";
import { parseDuration } from "@headgate/ratelimit-types";
import { Entrance, type EntranceOptions } from "../edge/entrance.ts";
import {
  anonymousAuthenticator,
  localAuthenticator,
  type Authenticator,
} from "../identity/authenticator.ts";
import type { IdpFault } from "../identity/idp-client.ts";
import type { IdpRequest, IdpWatch } from "../identity/idp-watch.ts";
import { oidcGate, type OidcSettings } from "../identity/oidc.ts";
import type { ProtectedResource } from "../identity/protected-resource.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { GatewayOptions } from "./gateway-options.ts";

const DEFAULT_CLOCK_SKEW_MS = 30_000;

/** The door of a gateway. */
interface Door {
  /** What clients are told of how to be let in; nothing where everybody is. */
  readonly site: ProtectedResource | undefined;
  /** The way to an endpoint that leads through this door. */
  entranceTo(endpoint: Pick<EntranceOptions, "handle">): Entrance;
  close(): Promise<void>;
}

/** Makes the door that `incomingAuth` asks for. Throws when the certificates that it names cannot be read. */
function identifyCallers(options: GatewayOptions): Door {
  const { metrics, log } = options;
  const { type, oidc } = options.config.incomingAuth;
  const site = type === "oidc" && oidc !== undefined ? siteOf(oidc) : undefined;
  const authenticator = authenticatorFor(options);
  // Before the first request comes; a gateway whose issuer is away starts all the same.
  authenticator.warm();
  return {
    site,
    entranceTo: (endpoint) =>
      new Entrance({
        authenticator,
        site,
        wallMs: Date.now,
        judged: (verdict) => {
          metrics.auth.judged(verdict);
          if (verdict.refusal !== undefined)
            log.debug({ reason: verdict.refusal.reason }, "request not let in");
        },
        handle: (request, response, who) => endpoint.handle(request, response, who),
      }),
    close: () => authenticator.close(),
  };
}

function authenticatorFor({ config, env, log, metrics }: GatewayOptions): Authenticator {
  const { type, oidc } = config.incomingAuth;
  if (type === "local") return localAuthenticator(osUserName());
  if (type !== "oidc" || oidc === undefined) return anonymousAuthenticator();
  const gate = oidcGate(oidcSettings(oidc, env), {
    wallMs: Date.now,
    monotonicMs: () => performance.now(),
    watch: watchOf(log, metrics),
  });
  metrics.auth.watch(() => {
    const { count, ageMs } = gate.keys();
    return { ...gate.remembered(), keys: count, keysAgeMs: ageMs };
  });
  return gate.authenticator;
}

function oidcSettings(oidc: OidcVerification, env: GatewayOptions["env"]): OidcSettings {
  const secret = clientSecretOf(oidc, env);
  const { protectedResourceAllowPrivateIp, jwksAllowPrivateIp, caBundlePath } = oidc;
  const { jwksAuthTokenPath: tokenPath } = oidc;
  return {
    issuer: oidc.issuer,
    audience: oidc.audience,
    requiredScopes: oidc.requiredScopes ?? [],
    clockSkewMs: clockSkewMs(oidc.clockSkew),
    jwksUrl: oidc.jwksUrl,
    introspectionUrl: oidc.introspectionUrl,
    credentials:
      oidc.clientId === "" || secret === undefined ? undefined : { id: oidc.clientId, secret },
    allowHttp: oidc.insecureAllowHttp ?? false,
    allowPrivateAddress: (jwksAllowPrivateIp || protectedResourceAllowPrivateIp) ?? false,
    ca: caBundlePath === undefined ? undefined : readFileSync(caBundlePath, "utf8"),
    token:
      tokenPath === undefined ? undefined : async () => (await readFile(tokenPath, "utf8")).trim(),
  };
}

function clockSkewMs(text: string | undefined): number {
  const parsed = text === undefined ? undefined : parseDuration(text);
  return parsed?.ok ? parsed.microseconds / 1000 : DEFAULT_CLOCK_SKEW_MS;
}

function siteOf(oidc: OidcVerification): ProtectedResource {
  const { issuer, resource, scopes = [], requiredScopes = [] } = oidc;
  // A client that asks for what is named gets a token that is let in.
  return { issuer, resource, scopes: [...new Set([...scopes, ...requiredScopes])], requiredScopes };
}

/** Counts requests to the issuer, and logs when it begins to fail and when it is back. */
function watchOf(log: Log, metrics: Metrics): IdpWatch {
  const failing = new Set<IdpRequest>();
  return {
    asked(request: IdpRequest, fault: IdpFault | undefined) {
      metrics.auth.asked(request, fault === undefined);
      if (fault === undefined) {
        if (failing.delete(request)) log.info({ request }, "the identity provider answers again");
      } else if (!failing.has(request)) {
        failing.add(request);
        log.warn(
          { request, ...fault },
          `the identity provider cannot be asked: ${HELP[fault.kind]}`,
        );
      }
    },
  };
}

const HELP: Readonly<Record<IdpFault["kind"], string>> = {
  "plain-http": "an address is not https; insecureAllowHttp would allow it, for trials",
  "private-address":
    "it is at a private address; set incomingAuth.oidc.jwksAllowPrivateIp if that is right",
  unreachable: "no connection; for a certificate of your own set incomingAuth.oidc.caBundlePath",
  "timed-out": "it takes too long to answer",
  status: "it answers with another status than 200",
  "too-large": "its answer is too large",
  "not-json": "its answer is not JSON",
  unusable: "its answer is not what was asked for, or is of another issuer",
};

function osUserName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user that has no name.
    return `uid ${process.getuid?.() ?? ""}`;
  }
}

export { identifyCallers, type Door };
