import * as z from "zod";
import { NameRef } from "../../gateway-config/name-ref.ts";
import { AuthzConfig } from "../blocks/authz-config.ts";
import { AuthServerRef, OidcConfigRef, TelemetryConfigRef } from "../blocks/config-reference.ts";
import { Count, Port } from "../blocks/integer.ts";
import { PodTemplatePatch, Resources, SessionAffinity } from "../blocks/pod.ts";
import { NamedRef } from "../blocks/reference.ts";
import { SharedSessionStorage } from "../blocks/session-storage.ts";
import { workload } from "../blocks/status.ts";
import { ProxyOverrides } from "./resource-overrides.ts";

/** What every kind that runs a proxy in front of one MCP server has in its spec. */
export const proxySpec = {
  groupRef: NamedRef.optional().describe("The MCPGroup it belongs to."),
  oidcConfigRef: OidcConfigRef.optional().describe("How callers' tokens are verified."),
  authzConfig: AuthzConfig.optional().describe("Which calls a caller may make."),
  authzConfigRef: NamedRef.optional().describe("The same in an MCPAuthzConfig."),
  authServerRef: AuthServerRef.optional().describe("An authorization server beside the proxy."),
  externalAuthConfigRef: NameRef.optional().describe(
    "MCPExternalAuthConfig with which the proxy identifies itself to the server.",
  ),
  toolConfigRef: NameRef.optional().describe("MCPToolConfig that says which tools are shown."),
  telemetryConfigRef: TelemetryConfigRef.optional().describe("What the proxy reports."),
  audit: z
    .strictObject({
      enabled: z.boolean().default(false).describe("Whether events are recorded."),
    })
    .optional()
    .describe("A record of who did what."),
  sessionStorage: SharedSessionStorage.optional().describe(
    "Where replicas keep sessions; each in itself when omitted.",
  ),
  sessionAffinity: SessionAffinity,
  replicas: Count.optional().describe(
    "How many proxies run; left to others, such as an autoscaler, when omitted.",
  ),
  proxyPort: Port.default(8_080).describe("Port of the proxy."),
  endpointPrefix: z.string().optional().describe("Path put before the endpoints of SSE."),
  trustProxyHeaders: z
    .boolean()
    .default(false)
    .describe("Believes X-Forwarded headers; only behind a proxy that sets them."),
  resources: Resources.optional().describe("What the container needs and may use."),
  resourceOverrides: ProxyOverrides.optional().describe(
    "Changes to the objects that are made for the proxy.",
  ),
  podTemplateSpec: PodTemplatePatch.optional().describe(
    "Changes to the pods, as a strategic merge patch.",
  ),
  serviceAccount: z
    .string()
    .optional()
    .describe("Service account of the pods; one is made when omitted."),
};

const Hash = z.string().optional();

/** What every kind that runs a proxy has in its status. */
export const proxyStatus = {
  ...workload,
  oidcConfigHash: Hash.describe("Hash of the MCPOIDCConfig in use."),
  authzConfigHash: Hash.describe("Hash of the MCPAuthzConfig in use."),
  authServerConfigHash: Hash.describe("Hash of the authorization server's settings in use."),
  externalAuthConfigHash: Hash.describe("Hash of the MCPExternalAuthConfig in use."),
  toolConfigHash: Hash.describe("Hash of the MCPToolConfig in use."),
  telemetryConfigHash: Hash.describe("Hash of the MCPTelemetryConfig in use."),
};
