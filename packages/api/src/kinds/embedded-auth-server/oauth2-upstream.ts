import { boundedText, re2Pattern, type Rule, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { SecretKeyRef } from "../blocks/reference.ts";
import { HttpUrl } from "../blocks/text-pattern.ts";
import { upstreamClient } from "./upstream-client.ts";
import { UserInfo } from "./user-info.ts";

const HttpsEndpoint = re2Pattern(
  boundedText(2_048),
  String.raw`^https://[^\s?#]+[^/\s?#]$`,
  "must be an https URL without query, fragment and trailing slash",
);

/** How the authorization server registers itself with a provider (RFC 7591). */
export const DynamicRegistration = withRules(
  z.strictObject({
    discoveryUrl: HttpsEndpoint.optional().describe("Where the provider's metadata are."),
    registrationEndpoint: HttpsEndpoint.optional().describe("Where to register."),
    initialAccessTokenRef: SecretKeyRef.optional().describe("Token that registration asks for."),
    softwareId: boundedText(255).optional().describe("Id of the software in the registration."),
    softwareStatement: boundedText(16_384)
      .optional()
      .describe("Signed statement about the software."),
  }),
  [
    {
      cel: "has(self.discoveryUrl) != has(self.registrationEndpoint)",
      message: "exactly one of discoveryUrl or registrationEndpoint must be set",
      holds: ({ discoveryUrl, registrationEndpoint }) =>
        (discoveryUrl === undefined) !== (registrationEndpoint === undefined),
    },
  ],
);
export type DynamicRegistration = z.infer<typeof DynamicRegistration>;

const IdentityPath = boundedText(256).min(1);

/** Which claims of the access token say who the user is. */
export const IdentityFromToken = z.strictObject({
  subjectPath: IdentityPath.describe("Path of the user's id."),
  namePath: IdentityPath.optional().describe("Path of the user's name."),
  emailPath: IdentityPath.optional().describe("Path of the user's mail address."),
});
export type IdentityFromToken = z.infer<typeof IdentityFromToken>;

/** Where a token answer that is not quite OAuth has its parts. */
export const TokenResponseMapping = z.strictObject({
  accessTokenPath: z.string().min(1).describe("Path of the access token."),
  refreshTokenPath: z.string().optional().describe("Path of the refresh token."),
  expiresInPath: z.string().optional().describe("Path of the lifetime."),
  scopePath: z.string().optional().describe("Path of the scopes."),
});
export type TokenResponseMapping = z.infer<typeof TokenResponseMapping>;

const fields = z.strictObject({
  ...upstreamClient,
  authorizationEndpoint: HttpUrl.describe("Where people agree."),
  tokenEndpoint: HttpUrl.describe("Where tokens are issued."),
  clientId: z.string().optional().describe("Client id at the provider."),
  dcrConfig: DynamicRegistration.optional().describe("Registration, in place of a client id."),
  userInfo: UserInfo.optional().describe("How the provider is asked who the user is."),
  identityFromToken: IdentityFromToken.optional().describe("Who the user is, from the token."),
  tokenResponseMapping: TokenResponseMapping.optional().describe(
    "Where a token answer has its parts, if not where OAuth says.",
  ),
  allowPrivateIPs: z.boolean().optional().describe("Allows private addresses."),
  insecureAllowHTTP: z.boolean().optional().describe("Allows plain HTTP; for trials only."),
});

const rules: Rule<z.infer<typeof fields>>[] = [
  {
    cel: "(has(self.clientId) && size(self.clientId) > 0) ? !has(self.dcrConfig) : has(self.dcrConfig)",
    message: "exactly one of clientId or dcrConfig must be set",
    holds: ({ clientId = "", dcrConfig }) => (clientId === "") === (dcrConfig !== undefined),
  },
  {
    cel: "!(has(self.dcrConfig) && has(self.clientSecretRef))",
    message:
      "clientSecretRef must not be set when dcrConfig is set; the client_secret is obtained at runtime via Dynamic Client Registration",
    holds: ({ dcrConfig, clientSecretRef }) =>
      dcrConfig === undefined || clientSecretRef === undefined,
  },
];

/** A provider that speaks OAuth 2.0 without OpenID Connect. */
export const OAuth2Upstream = withRules(fields, rules);
export type OAuth2Upstream = z.infer<typeof OAuth2Upstream>;
