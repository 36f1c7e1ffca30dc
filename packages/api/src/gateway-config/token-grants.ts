import { atomicList } from "@headgate/kube-schema";
import * as z from "zod";

const Scopes = atomicList(z.string());

/** What both ways of asking one token endpoint for another token have in common. */
const requested = {
  tokenUrl: z.string().describe("Token endpoint."),
  clientId: z.string().optional().describe("Client id of the gateway."),
  clientSecret: z
    .string()
    .optional()
    .describe("Client secret in plain text; prefer `clientSecretEnv`."),
  clientSecretEnv: z
    .string()
    .optional()
    .describe("Environment variable that holds the client secret."),
  audience: z.string().optional().describe("Audience the new token is asked for."),
  scopes: Scopes.optional().describe("Scopes the new token is asked for."),
};

/** OAuth 2.0 token exchange (RFC 8693): the caller's token for one that the backend accepts. */
export const TokenExchange = z.strictObject({
  ...requested,
  subjectTokenType: z
    .string()
    .optional()
    .describe("Type of the token given in: `access_token`, `id_token`, `jwt` or the full URN."),
  subjectProviderName: z.string().optional().describe("Upstream provider whose token is given in."),
});
export type TokenExchange = z.infer<typeof TokenExchange>;

/** The on-behalf-of grant: the gateway acts for the caller with a token of its own. */
export const Obo = z.strictObject({
  ...requested,
  subjectTokenProviderName: z
    .string()
    .optional()
    .describe("Upstream provider whose token is given in."),
  cacheSkewSeconds: z
    .int32()
    .meta({ format: "int32" })
    .optional()
    .describe("Seconds before its expiry at which a kept token is renewed."),
});
export type Obo = z.infer<typeof Obo>;

/** Access across applications: an identity assertion from one provider becomes an access token of another. */
export const Xaa = z.strictObject({
  idpTokenUrl: z
    .string()
    .describe("Token endpoint of the identity provider, which issues the assertion."),
  idpClientId: z.string().optional().describe("Client id at the identity provider."),
  idpClientSecret: z
    .string()
    .optional()
    .describe("Its secret in plain text; prefer `idpClientSecretEnv`."),
  idpClientSecretEnv: z
    .string()
    .optional()
    .describe("Environment variable that holds that secret."),
  targetTokenUrl: z.string().describe("Token endpoint of the target, which accepts the assertion."),
  insecureTargetTokenUrl: z
    .boolean()
    .optional()
    .describe("Allows plain HTTP at the target's token endpoint."),
  targetClientId: z.string().optional().describe("Client id at the target."),
  targetClientSecret: z
    .string()
    .optional()
    .describe("Its secret in plain text; prefer `targetClientSecretEnv`."),
  targetClientSecretEnv: z
    .string()
    .optional()
    .describe("Environment variable that holds that secret."),
  targetAudience: z.string().describe("Audience the assertion is asked for."),
  targetResource: z.string().optional().describe("Resource the access token is asked for."),
  scopes: Scopes.optional().describe("Scopes the access token is asked for."),
  subjectProviderName: z.string().optional().describe("Upstream provider whose token is given in."),
  subjectTokenType: z
    .string()
    .optional()
    .describe("Type of the token given in; only the id token is possible."),
});
export type Xaa = z.infer<typeof Xaa>;
