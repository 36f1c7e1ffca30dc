import { atomicList, boundedText, re2Pattern, re2Text } from "@headgate/kube-schema";
import * as z from "zod";
import { SecretKeyRef } from "../blocks/reference.ts";
import { HttpsUrl, ProviderName } from "../blocks/text-pattern.ts";

const ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token";
const TOKEN_TYPE =
  "^(access_token|id_token|jwt|urn:ietf:params:oauth:token-type:(access_token|id_token|jwt))?$";
const TENANT =
  "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\\.)+[a-zA-Z]{2,})$";
const AUTHORITY = String.raw`^https://[^\s?#@]+[^/\s?#@]$`;

const SubjectProvider = z
  .string()
  .optional()
  .describe("Upstream provider whose token is given in; the caller's own when omitted.");

/** OAuth 2.0 token exchange (RFC 8693), with the client secret in a Secret. */
export const TokenExchangeAuth = z.strictObject({
  tokenUrl: z.string().describe("Token endpoint."),
  audience: z.string().describe("Audience the new token is asked for."),
  clientId: z.string().optional().describe("Client id of the gateway."),
  clientSecretRef: SecretKeyRef.optional().describe("Client secret of the gateway."),
  scopes: atomicList(z.string()).optional().describe("Scopes the new token is asked for."),
  subjectTokenType: re2Text(TOKEN_TYPE, "must be access_token, id_token, jwt or the full URN")
    .optional()
    .describe("Type of the token given in."),
  subjectProviderName: SubjectProvider,
  externalTokenHeaderName: z
    .string()
    .optional()
    .describe("Header that carries the new token, if not `Authorization`."),
});
export type TokenExchangeAuth = z.infer<typeof TokenExchangeAuth>;

/** The on-behalf-of grant of Microsoft Entra. */
export const OboAuth = z.strictObject({
  authority: re2Text(
    AUTHORITY,
    "must be an https URL without user, query, fragment and trailing slash",
  )
    .optional()
    .describe("Base of the token endpoint."),
  tenantId: re2Pattern(boundedText(253), TENANT, "must be a UUID or a domain name")
    .optional()
    .describe("Tenant, by id or domain."),
  clientId: z.string().optional().describe("Client id of the gateway."),
  clientSecretRef: SecretKeyRef.optional().describe("Client secret of the gateway."),
  audience: z.string().optional().describe("Audience the new token is asked for."),
  scopes: atomicList(boundedText(256).min(1))
    .max(20)
    .optional()
    .describe("Scopes the new token is asked for."),
  subjectTokenProviderName: ProviderName.optional().describe(
    "Upstream provider whose token is given in.",
  ),
  cacheSkew: z
    .string()
    .optional()
    .describe("Time before its expiry at which a kept token is renewed, a Go duration."),
});
export type OboAuth = z.infer<typeof OboAuth>;

/** Access across applications: an identity assertion from one provider becomes a token of another. */
export const XaaAuth = z.strictObject({
  idpTokenUrl: HttpsUrl.describe("Token endpoint of the identity provider."),
  idpClientId: z.string().optional().describe("Client id at the identity provider."),
  idpClientSecretRef: SecretKeyRef.optional().describe("Its secret."),
  targetTokenUrl: z.string().describe("Token endpoint of the target."),
  insecureTargetTokenUrl: z
    .boolean()
    .optional()
    .describe("Allows plain HTTP at the target's token endpoint."),
  targetClientId: z.string().optional().describe("Client id at the target."),
  targetClientSecretRef: SecretKeyRef.optional().describe("Its secret."),
  targetAudience: z.string().describe("Audience the assertion is asked for."),
  targetResource: z.string().optional().describe("Resource the access token is asked for."),
  scopes: atomicList(z.string()).optional().describe("Scopes the access token is asked for."),
  subjectProviderName: SubjectProvider,
  subjectTokenType: z.enum([ID_TOKEN]).optional().describe("Type of the token given in."),
});
export type XaaAuth = z.infer<typeof XaaAuth>;
