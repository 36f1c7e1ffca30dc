import { atomicList, boundedText, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { JwtBearerGrant } from "./jwt-bearer-grant.ts";
import { trustedIssuerRules } from "./trusted-issuer-rules.ts";

const Name = boundedText(256).min(1);

const fields = z.strictObject({
  issuerUrl: boundedText(2_048).min(1).describe("The issuer, exactly as in its tokens."),
  jwksUrl: boundedText(2_048)
    .optional()
    .describe("Where the issuer's keys are; discovered when omitted."),
  expectedAudience: boundedText(2_048).min(1).optional().describe("Audience its tokens must have."),
  actorClaim: boundedText(64)
    .optional()
    .describe("Claim with the id of the acting client; `azp` when omitted."),
  actorMatcher: boundedText(4_096)
    .optional()
    .describe("CEL expression over the claims, which the acting client must satisfy."),
  allowedActors: atomicList(Name)
    .max(50)
    .optional()
    .describe("Ids of clients that may act for others."),
  allowedDelegateClients: atomicList(Name)
    .min(1)
    .max(50)
    .optional()
    .describe("Ids of our clients that may use this issuer's tokens; `*` for all."),
  allowMayAct: z.boolean().default(false).describe("Honours the claim `may_act`."),
  allowPrivateIPs: z.boolean().optional().describe("Allows a private address; needs `jwksUrl`."),
  insecureAllowHTTP: z.boolean().optional().describe("Allows plain HTTP; for trials only."),
  jwtBearerGrant: JwtBearerGrant.optional().describe("Accepts its assertions for tokens of ours."),
});

/** An issuer whose tokens can be exchanged for tokens of this server. */
export const TrustedIssuer = withRules(fields, trustedIssuerRules);
export type TrustedIssuer = z.infer<typeof TrustedIssuer>;
