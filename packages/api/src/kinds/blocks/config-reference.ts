import { atomicList, requiredWithDefault } from "@headgate/kube-schema";
import * as z from "zod";

/** An MCPOIDCConfig, and what of it is this server's own. */
export const OidcConfigRef = z.strictObject({
  name: z.string().min(1).describe("Name of the MCPOIDCConfig."),
  audience: z.string().min(1).describe("Audience a token must be meant for."),
  scopes: atomicList(z.string())
    .optional()
    .describe("Scopes named to clients; `openid` alone when omitted."),
  resourceUrl: z
    .string()
    .optional()
    .describe("Resource published to clients (RFC 9728); the address in the cluster when omitted."),
});
export type OidcConfigRef = z.infer<typeof OidcConfigRef>;

/** An MCPTelemetryConfig, and what of it is this server's own. */
export const TelemetryConfigRef = z.strictObject({
  name: z.string().min(1).describe("Name of the MCPTelemetryConfig."),
  serviceName: z
    .string()
    .optional()
    .describe("Service name in traces and metrics; the object's name when omitted."),
});
export type TelemetryConfigRef = z.infer<typeof TelemetryConfigRef>;

/** The object that describes an embedded authorization server. */
export const AuthServerRef = z.strictObject({
  kind: requiredWithDefault(z.enum(["MCPExternalAuthConfig"]), "MCPExternalAuthConfig").describe(
    "Kind of the object.",
  ),
  name: z.string().min(1).describe("Name of the object."),
});
export type AuthServerRef = z.infer<typeof AuthServerRef>;
