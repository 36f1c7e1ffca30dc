import { authServer } from "./auth-server.ts";
import type { Block, BlockCase } from "./rule-case.ts";

const issuer = (given: Block): Block =>
  authServer({ trustedIssuers: [{ issuerUrl: "https://partner.example.com", ...given }] });
const expectedAudience = "https://auth.example.com";
const allowedDelegateClients = ["agent"];
const known: Block = { expectedAudience, allowedDelegateClients };

const binding: Block = { subject: "robot", allowedResources: ["https://api.example.com"] };
const grant = (given: Block): Block =>
  issuer({
    jwtBearerGrant: { maxAssertionAge: "5m", subjectBindings: [binding], ...given },
  });
const AT = ".trustedIssuers[0]";

const clientCases: readonly BlockCase[] = [
  {
    at: AT,
    message: 'allowedDelegateClients must not combine the wildcard "*" with specific client IDs',
    accepted: issuer({ expectedAudience, allowedDelegateClients: ["*"] }),
    refused: issuer({ expectedAudience, allowedDelegateClients: ["*", "agent"] }),
  },
  {
    at: AT,
    message:
      'allowMayAct must not be enabled when allowedDelegateClients contains the wildcard "*"',
    accepted: issuer({ ...known, allowMayAct: true }),
    refused: issuer({ expectedAudience, allowedDelegateClients: ["*"], allowMayAct: true }),
  },
  {
    at: AT,
    message:
      "allowedDelegateClients is required when expectedAudience, actorClaim, actorMatcher, or allowMayAct is set",
    accepted: issuer(known),
    refused: issuer({ expectedAudience }),
  },
];

const claimCases: readonly BlockCase[] = [
  {
    at: AT,
    message:
      "actorClaim must name a readable claim; use client_id or a non-reserved claim such as azp, appid, or cid",
    accepted: issuer({ ...known, actorClaim: "azp" }),
    refused: issuer({ ...known, actorClaim: "sub" }),
  },
  {
    at: AT,
    message: "allowPrivateIPs requires jwksUrl to be set explicitly",
    accepted: issuer({ ...known, allowPrivateIPs: true, jwksUrl: "https://10.0.0.1/keys" }),
    refused: issuer({ ...known, allowPrivateIPs: true, jwksUrl: "" }),
  },
  {
    at: AT,
    message:
      "expectedAudience is required unless jwtBearerGrant is configured without actorClaim, actorMatcher, allowMayAct, or allowedActors",
    accepted: grant({}),
    refused: issuer({ allowedActors: ["agent"] }),
  },
];

const grantCases: readonly BlockCase[] = [
  {
    at: `${AT}.jwtBearerGrant`,
    message: "maxAssertionAge must be greater than zero",
    accepted: grant({ maxAssertionAge: "1ms" }),
    refused: grant({ maxAssertionAge: "0s" }),
  },
  {
    at: `${AT}.jwtBearerGrant`,
    message: "subjectBindings must not contain duplicate subjects",
    accepted: grant({ subjectBindings: [binding, { ...binding, subject: "other" }] }),
    refused: grant({ subjectBindings: [binding, binding] }),
  },
];

/** Cases of the issuers that an embedded authorization server trusts. */
export const trustedIssuerCases: readonly BlockCase[] = [
  ...clientCases,
  ...claimCases,
  ...grantCases,
];
