import * as z from "zod";
import { DurationText } from "./duration-text.ts";

/** How bearer tokens of an OpenID Connect issuer are verified. */
export const OidcVerification = z.strictObject({
  issuer: z
    .string()
    .regex(/^https?:\/\//, { error: "must start with http:// or https://" })
    .describe(
      "Issuer whose tokens are accepted, as in their `iss` claim; a slash at the end is ignored.",
    ),
  clientId: z
    .string()
    .describe("Client id the gateway introduces itself with when it introspects a token."),
  clientSecretEnv: z
    .string()
    .optional()
    .describe(
      "Environment variable that holds the client secret; `TOOLHIVE_OIDC_CLIENT_SECRET` when omitted.",
    ),
  audience: z.string().describe("Audience a token must be meant for."),
  resource: z
    .string()
    .optional()
    .describe("Resource identifier published to clients (RFC 8707, RFC 9728)."),
  jwksUrl: z
    .string()
    .optional()
    .describe("Where the issuer's keys are; discovered from the issuer when omitted."),
  jwksAuthTokenPath: z
    .string()
    .optional()
    .describe(
      "File with a token that requests for the issuer's metadata and keys carry, as those of a Kubernetes cluster do; read anew each time.",
    ),
  introspectionUrl: z.string().optional().describe("Where opaque tokens are introspected."),
  scopes: z
    .array(z.string())
    .optional()
    .describe(
      "Scopes named to clients in the metadata and the challenge; not required of a token.",
    ),
  requiredScopes: z
    .array(z.string())
    .optional()
    .describe("Scopes that a token must have, every one of them; named to clients as well."),
  clockSkew: DurationText.optional().describe(
    "How far the issuer's clock may be off when times in a token are checked; `30s` when omitted, at most `5m`.",
  ),
  protectedResourceAllowPrivateIp: z
    .boolean()
    .optional()
    .describe("The same as `jwksAllowPrivateIp`."),
  jwksAllowPrivateIp: z
    .boolean()
    .optional()
    .describe("Lets the gateway ask an issuer at a private address, or on this machine."),
  insecureAllowHttp: z
    .boolean()
    .optional()
    .describe("Allows an issuer over plain HTTP; for trials only."),
  caBundlePath: z
    .string()
    .optional()
    .describe("File with the certificates to trust for the issuer."),
});
export type OidcVerification = z.infer<typeof OidcVerification>;

/** Which calls a verified caller may make. */
export const Authz = z.strictObject({
  type: z.string().describe("Policy engine: `cedar` or `none`."),
  policies: z.array(z.string()).optional().describe("Cedar policies, one text each."),
  entitiesJson: z
    .string()
    .optional()
    .describe("Cedar entities as JSON text; an empty list when omitted."),
  primaryUpstreamProvider: z
    .string()
    .optional()
    .describe("Upstream provider whose token supplies the claims."),
  groupClaimName: z.string().optional().describe("Claim that lists the caller's groups."),
  roleClaimName: z.string().optional().describe("Claim that lists the caller's roles."),
  groupEntityType: z
    .string()
    .optional()
    .describe("Cedar entity type that groups become; `THVGroup` when omitted."),
});
export type Authz = z.infer<typeof Authz>;

/** Who may speak to the gateway. */
export const IncomingAuth = z.strictObject({
  type: z.string().describe("How callers identify themselves: `oidc`, `local` or `anonymous`."),
  oidc: OidcVerification.optional().describe("Verification of tokens; required for `oidc`."),
  authz: Authz.optional().describe(
    "Authorization of calls; every verified caller may make every call when omitted.",
  ),
});
export type IncomingAuth = z.infer<typeof IncomingAuth>;
