import { type ObjectOf, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { CaBundleSource, SecretKeyRef } from "./blocks/reference.ts";
import { ReferredConfigStatus } from "./blocks/status.ts";
import { blockOfType } from "./blocks/type-block.ts";
import { AGE, column, conditionColumn, toolhiveKind } from "./toolhive-kind.ts";

/** Tokens that the cluster itself issues to service accounts. */
export const ServiceAccountOidc = z.strictObject({
  serviceAccount: z.string().optional().describe("Service account whose tokens are accepted."),
  namespace: z.string().optional().describe("Its namespace; the object's own when omitted."),
  issuer: z
    .string()
    .default("https://kubernetes.default.svc")
    .describe("Issuer in the tokens of this cluster."),
  jwksUrl: z.string().optional().describe("Where the issuer's keys are; discovered when omitted."),
  introspectionUrl: z.string().optional().describe("Where opaque tokens are introspected."),
  useClusterAuth: z
    .boolean()
    .optional()
    .describe("Whether the cluster's own certificates and token are used; true when omitted."),
});
export type ServiceAccountOidc = z.infer<typeof ServiceAccountOidc>;

/** Tokens of any OpenID Connect issuer. */
export const InlineOidc = z.strictObject({
  issuer: z.string().describe("Issuer whose tokens are accepted, exactly as in their `iss` claim."),
  clientId: z.string().optional().describe("Client id for introspection."),
  clientSecretRef: SecretKeyRef.optional().describe("Client secret for introspection."),
  jwksUrl: z.string().optional().describe("Where the issuer's keys are; discovered when omitted."),
  introspectionUrl: z.string().optional().describe("Where opaque tokens are introspected."),
  caBundleRef: CaBundleSource.optional().describe("Certificates to trust for the issuer."),
  jwksAuthTokenPath: z
    .string()
    .optional()
    .describe("File with a token that the requests for keys carry."),
  jwksAllowPrivateIP: z
    .boolean()
    .default(false)
    .describe("Allows a private address as the source of keys."),
  protectedResourceAllowPrivateIP: z
    .boolean()
    .default(false)
    .describe("Allows a private address as the protected resource."),
  insecureAllowHTTP: z
    .boolean()
    .default(false)
    .describe("Allows an issuer over plain HTTP; for trials only."),
});
export type InlineOidc = z.infer<typeof InlineOidc>;

/** How tokens are verified, for any number of servers. */
export const MCPOIDCConfig = toolhiveKind({
  kind: "MCPOIDCConfig",
  plural: "mcpoidcconfigs",
  shortNames: ["mcpoidc"],
  description: "How callers' tokens are verified; any number of servers may refer to it.",
  columns: [column("Source", ".spec.type"), conditionColumn("Valid"), AGE],
  spec: withRules(
    z.strictObject({
      type: z.enum(["kubernetesServiceAccount", "inline"]).describe("Whose tokens are accepted."),
      kubernetesServiceAccount: ServiceAccountOidc.optional().describe(
        "Tokens of service accounts.",
      ),
      inline: InlineOidc.optional().describe("Tokens of an OpenID Connect issuer."),
    }),
    [
      blockOfType(
        "kubernetesServiceAccount",
        "kubernetesServiceAccount must be set when type is 'kubernetesServiceAccount', and must not be set otherwise",
      ),
      blockOfType(
        "inline",
        "inline must be set when type is 'inline', and must not be set otherwise",
      ),
    ],
  ),
  status: ReferredConfigStatus,
});
export type MCPOIDCConfig = ObjectOf<typeof MCPOIDCConfig>;
