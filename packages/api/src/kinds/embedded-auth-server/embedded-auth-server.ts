import { atomicList, listMap, re2Text, type Rule, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { DurationText } from "../../gateway-config/duration-text.ts";
import { SecretKeyRef } from "../blocks/reference.ts";
import { IssuerUrl, ProviderName } from "../blocks/text-pattern.ts";
import { ClientIdMetadata, DelegateClient } from "./client-registration.ts";
import { AuthStorage } from "./storage.ts";
import { TrustedIssuer } from "./trusted-issuer.ts";
import { UpstreamProvider } from "./upstream-provider.ts";

const Scope = re2Text(
  String.raw`^[\x21\x23-\x5B\x5D-\x7E]+$`,
  "must be a scope: no spaces, quotes or backslashes",
).min(1);
const RedirectUri = re2Text(
  String.raw`^https://[^\s?#]+$`,
  "must be an https URL without query and fragment",
);

/** How long what an authorization server issues is good for. */
export const TokenLifespans = z.strictObject({
  accessTokenLifespan: DurationText.optional().describe("Access tokens; 1h when omitted."),
  refreshTokenLifespan: DurationText.optional().describe("Refresh tokens; 168h when omitted."),
  authCodeLifespan: DurationText.optional().describe("Authorization codes; 10m when omitted."),
});
export type TokenLifespans = z.infer<typeof TokenLifespans>;

const fields = z.strictObject({
  issuer: IssuerUrl.describe("Issuer in the tokens of this server."),
  authorizationEndpointBaseUrl: IssuerUrl.optional().describe(
    "Base of the address people's browsers go to; the issuer when omitted.",
  ),
  upstreamProviders: listMap(UpstreamProvider, ["name"])
    .min(1)
    .describe("Providers at which people sign in."),
  primaryUpstreamProvider: ProviderName.optional().describe(
    "Provider whose token says who the caller is.",
  ),
  disableUpstreamTokenInjection: z
    .boolean()
    .default(false)
    .describe("Keeps providers' tokens from being passed on to backends."),
  storage: AuthStorage.optional().describe("Where the server keeps its state."),
  signingKeySecretRefs: atomicList(SecretKeyRef)
    .max(5)
    .optional()
    .describe("Keys that sign tokens, the first one in use; made at start when omitted."),
  hmacSecretRefs: atomicList(SecretKeyRef)
    .optional()
    .describe("Secrets that sign codes and refresh tokens, the first one in use."),
  tokenLifespans: TokenLifespans.optional().describe("How long tokens are good for."),
  baselineClientScopes: atomicList(Scope)
    .max(10)
    .optional()
    .describe("Scopes every client that registers gets."),
  cimd: ClientIdMetadata.optional().describe("Clients known by a document at a URL of theirs."),
  allowConfidentialClientRegistration: z
    .boolean()
    .default(false)
    .describe("Lets clients register that have a secret."),
  forceConfidentialRedirectUris: atomicList(RedirectUri)
    .max(10)
    .optional()
    .describe("Redirect URIs whose clients must have a secret."),
  delegateClients: atomicList(DelegateClient)
    .max(10)
    .optional()
    .describe("Clients that may exchange people's tokens."),
  trustedIssuers: atomicList(TrustedIssuer)
    .max(20)
    .optional()
    .describe("Issuers whose tokens can be exchanged for tokens of this server."),
  insecureAllowHTTP: z
    .boolean()
    .default(false)
    .describe("Allows an issuer over plain HTTP; for trials only."),
  insecureAllowConfidentialOverLoopbackHTTP: z
    .boolean()
    .default(false)
    .describe("Allows clients with a secret over plain HTTP on a loopback address."),
});

const rules: Rule<z.infer<typeof fields>>[] = [
  {
    cel: "!(has(self.allowConfidentialClientRegistration) && self.allowConfidentialClientRegistration && has(self.insecureAllowHTTP) && self.insecureAllowHTTP)",
    message:
      "allowConfidentialClientRegistration cannot be combined with insecureAllowHTTP; client secrets would be issued in cleartext over an unauthenticated endpoint",
    holds: ({ allowConfidentialClientRegistration, insecureAllowHTTP }) =>
      !(allowConfidentialClientRegistration && insecureAllowHTTP),
  },
  {
    cel: "!has(self.delegateClients) || size(self.delegateClients) == 0 || !self.issuer.startsWith('http://')",
    message:
      "delegateClients require an https:// issuer; delegate client secrets must not be sent over plaintext HTTP",
    holds: ({ delegateClients = [], issuer }) =>
      delegateClients.length === 0 || !issuer.startsWith("http://"),
  },
  {
    cel: "(!has(self.forceConfidentialRedirectUris) || size(self.forceConfidentialRedirectUris) == 0) || (has(self.allowConfidentialClientRegistration) && self.allowConfidentialClientRegistration)",
    message:
      "forceConfidentialRedirectUris requires allowConfidentialClientRegistration to be true",
    holds: ({ forceConfidentialRedirectUris = [], allowConfidentialClientRegistration }) =>
      forceConfidentialRedirectUris.length === 0 || allowConfidentialClientRegistration,
  },
];

/** An OAuth authorization server inside the pod, at which people sign in through other providers. */
export const EmbeddedAuthServer = withRules(fields, rules);
export type EmbeddedAuthServer = z.infer<typeof EmbeddedAuthServer>;
