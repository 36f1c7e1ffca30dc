import type { Rule } from "@headgate/kube-schema";

interface Issuer {
  readonly jwksUrl?: string | undefined;
  readonly expectedAudience?: string | undefined;
  readonly actorClaim?: string | undefined;
  readonly actorMatcher?: string | undefined;
  readonly allowedActors?: readonly string[] | undefined;
  readonly allowedDelegateClients?: readonly string[] | undefined;
  readonly allowMayAct: boolean;
  readonly allowPrivateIPs?: boolean | undefined;
  readonly jwtBearerGrant?: unknown;
}

const ANY_CLIENT = "*";
const UNREADABLE_CLAIMS = [
  "sub",
  "iss",
  "aud",
  "exp",
  "iat",
  "nbf",
  "jti",
  "name",
  "email",
  "scope",
  "scp",
  "may_act",
];

const clientRules: readonly Rule<Issuer>[] = [
  {
    cel: "!has(self.allowedDelegateClients) || !('*' in self.allowedDelegateClients) || size(self.allowedDelegateClients) == 1",
    message: 'allowedDelegateClients must not combine the wildcard "*" with specific client IDs',
    holds: ({ allowedDelegateClients: clients = [] }) =>
      !clients.includes(ANY_CLIENT) || clients.length === 1,
  },
  {
    cel: "!(has(self.allowMayAct) && self.allowMayAct && '*' in self.allowedDelegateClients)",
    message:
      'allowMayAct must not be enabled when allowedDelegateClients contains the wildcard "*"',
    // Without the list the API server cannot evaluate the rule, which it takes for a refusal.
    holds: ({ allowMayAct, allowedDelegateClients: clients = [ANY_CLIENT] }) =>
      !allowMayAct || !clients.includes(ANY_CLIENT),
  },
];

const claimRules: readonly Rule<Issuer>[] = [
  {
    cel: `!has(self.actorClaim) || !(self.actorClaim in [${UNREADABLE_CLAIMS.map((claim) => `'${claim}'`).join(", ")}])`,
    message:
      "actorClaim must name a readable claim; use client_id or a non-reserved claim such as azp, appid, or cid",
    holds: ({ actorClaim = "" }) => !UNREADABLE_CLAIMS.includes(actorClaim),
  },
  {
    cel: `!(has(self.allowPrivateIPs) && self.allowPrivateIPs) || (has(self.jwksUrl) && self.jwksUrl != "")`,
    message: "allowPrivateIPs requires jwksUrl to be set explicitly",
    holds: ({ allowPrivateIPs = false, jwksUrl = "" }) => !allowPrivateIPs || jwksUrl !== "",
  },
];

const audienceRules: readonly Rule<Issuer>[] = [
  {
    cel: "(has(self.jwtBearerGrant) && !((has(self.actorClaim) && size(self.actorClaim) > 0) || (has(self.actorMatcher) && size(self.actorMatcher) > 0) || (has(self.allowMayAct) && self.allowMayAct) || (has(self.allowedActors) && size(self.allowedActors) > 0))) || (has(self.expectedAudience) && size(self.expectedAudience) > 0)",
    message:
      "expectedAudience is required unless jwtBearerGrant is configured without actorClaim, actorMatcher, allowMayAct, or allowedActors",
    holds: (issuer) =>
      (issuer.jwtBearerGrant !== undefined &&
        !judgesActors(issuer) &&
        (issuer.allowedActors ?? []).length === 0) ||
      (issuer.expectedAudience ?? "") !== "",
  },
  {
    cel: "!((has(self.expectedAudience) && size(self.expectedAudience) > 0) || (has(self.actorClaim) && size(self.actorClaim) > 0) || (has(self.actorMatcher) && size(self.actorMatcher) > 0) || (has(self.allowMayAct) && self.allowMayAct)) || (has(self.allowedDelegateClients) && size(self.allowedDelegateClients) > 0)",
    message:
      "allowedDelegateClients is required when expectedAudience, actorClaim, actorMatcher, or allowMayAct is set",
    holds: (issuer) =>
      ((issuer.expectedAudience ?? "") === "" && !judgesActors(issuer)) ||
      (issuer.allowedDelegateClients ?? []).length > 0,
  },
];

function judgesActors({ actorClaim = "", actorMatcher = "", allowMayAct }: Issuer): boolean {
  return actorClaim !== "" || actorMatcher !== "" || allowMayAct;
}

/** What the fields of a trusted issuer must be to each other. */
export const trustedIssuerRules: readonly Rule<Issuer>[] = [
  ...clientRules,
  ...claimRules,
  ...audienceRules,
];
