import { boundedText, re2Pattern, type Rule, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { HttpsUrl, ProviderName } from "../blocks/text-pattern.ts";
import { OAuth2Upstream } from "./oauth2-upstream.ts";
import { upstreamClient } from "./upstream-client.ts";
import { UserInfo } from "./user-info.ts";

/** A provider that speaks OpenID Connect. */
export const OidcUpstream = z.strictObject({
  ...upstreamClient,
  issuerUrl: HttpsUrl.describe("The provider's issuer."),
  clientId: z.string().describe("Client id at the provider."),
  subjectClaim: re2Pattern(
    boundedText(128),
    "^([a-zA-Z_][a-zA-Z0-9_]*)?$",
    "must be the name of a claim",
  )
    .optional()
    .describe("Claim with the user's id; `sub` when empty or omitted."),
  userInfoOverride: UserInfo.optional().describe("How the provider is asked who the user is."),
});
export type OidcUpstream = z.infer<typeof OidcUpstream>;

const fields = z.strictObject({
  name: ProviderName.describe("Name that other fields refer to."),
  type: z.enum(["oidc", "oauth2"]).describe("What the provider speaks."),
  oidcConfig: OidcUpstream.optional().describe("For `oidc`."),
  oauth2Config: OAuth2Upstream.optional().describe("For `oauth2`."),
});

const blockRule: Rule<z.infer<typeof fields>> = {
  cel: "self.type == 'oidc' ? (has(self.oidcConfig) && !has(self.oauth2Config)) : self.type == 'oauth2' ? (has(self.oauth2Config) && !has(self.oidcConfig)) : false",
  message:
    "type must be 'oidc' or 'oauth2'; oidcConfig must be set when type is 'oidc' and oauth2Config must be set when type is 'oauth2' (and the other must not be set)",
  holds: ({ type, oidcConfig, oauth2Config }) =>
    (type === "oidc") === (oidcConfig !== undefined) &&
    (type === "oauth2") === (oauth2Config !== undefined),
};

/** A provider at which people sign in. */
export const UpstreamProvider = withRules(fields, [blockRule]);
export type UpstreamProvider = z.infer<typeof UpstreamProvider>;
