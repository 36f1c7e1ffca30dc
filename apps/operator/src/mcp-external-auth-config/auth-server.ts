import type { MCPExternalAuthConfig } from "@headgate/api/kinds";
import type { WantedCondition } from "@headgate/controller";

/** An authorization server in the pod, as several kinds describe it. */
export type AuthServer = NonNullable<
  NonNullable<MCPExternalAuthConfig["spec"]>["embeddedAuthServer"]
>;
type Upstream = AuthServer["upstreamProviders"][number];

/** Parameters of an authorization request that the authorization server sets itself. */
const OWN_PARAMETERS = new Set([
  "response_type",
  "client_id",
  "redirect_uri",
  "scope",
  "state",
  "code_challenge",
  "code_challenge_method",
  "nonce",
]);

/** What is wrong with an embedded authorization server beyond the form of its fields; `place` is where it stands. */
export function authServerProblems(server: AuthServer, place: string): string[] {
  const { upstreamProviders } = server;
  if (upstreamProviders.length === 0) {
    return [`${place}.upstreamProviders must name at least one provider to sign in at`];
  }
  return [
    ...transportProblems(server, place),
    ...upstreamProviders.flatMap((upstream, index) =>
      parameterProblems(upstream, `${place}.upstreamProviders[${index}]`),
    ),
  ];
}

/** Whether every person who signs in has an identity of their provider; a word of advice. */
export function identityAdvice({ upstreamProviders }: AuthServer): WantedCondition {
  const type = "IdentitySynthesized";
  const without = upstreamProviders
    .filter(({ oauth2Config }) => oauth2Config !== undefined && !tellsIdentity(oauth2Config))
    .map(({ name }) => JSON.stringify(name));
  if (without.length === 0) {
    const message = "Every provider says who signed in.";
    return { type, status: "False", reason: "AllUpstreamsHaveUserInfo", message };
  }
  const message = `These providers do not say who signed in, so an identity is made up for each sign-in: ${without.join(", ")}. Set userInfo or identityFromToken.`;
  return { type, status: "True", reason: "OAuth2UpstreamWithoutUserInfo", message };
}

function tellsIdentity(config: NonNullable<Upstream["oauth2Config"]>): boolean {
  return config.userInfo !== undefined || config.identityFromToken !== undefined;
}

function transportProblems(server: AuthServer, place: string): string[] {
  const { issuer, insecureAllowHTTP, allowConfidentialClientRegistration } = server;
  if (!issuer.startsWith("http://")) return [];
  const loopback = isLoopback(issuer);
  if (!loopback && !insecureAllowHTTP) {
    return [
      `${place}.issuer must be https: plain HTTP is for loopback addresses, or for trials with insecureAllowHTTP`,
    ];
  }
  if (
    allowConfidentialClientRegistration &&
    !(loopback && server.insecureAllowConfidentialOverLoopbackHTTP)
  ) {
    return [
      `${place}.allowConfidentialClientRegistration needs an https issuer, or insecureAllowConfidentialOverLoopbackHTTP with a loopback one: clients' secrets would travel unprotected`,
    ];
  }
  return [];
}

function isLoopback(issuer: string): boolean {
  const host = URL.parse(issuer)?.hostname ?? "";
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);
}

function parameterProblems({ oidcConfig, oauth2Config }: Upstream, place: string): string[] {
  return [["oidcConfig", oidcConfig] as const, ["oauth2Config", oauth2Config] as const].flatMap(
    ([block, config]) =>
      Object.keys(config?.additionalAuthorizationParams ?? {})
        .filter((parameter) => OWN_PARAMETERS.has(parameter))
        .map(
          (parameter) =>
            `${place}.${block}.additionalAuthorizationParams must not set ${parameter}, which the authorization server sets itself`,
        ),
  );
}
