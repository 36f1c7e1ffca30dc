import { atomicList, openObject, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { GatewayConfig } from "../../gateway-config.ts";
import { NameRef } from "../../gateway-config/name-ref.ts";
import { TelemetryConfigRef } from "../blocks/config-reference.ts";
import { Count } from "../blocks/integer.ts";
import { PodTemplatePatch, SessionAffinity } from "../blocks/pod.ts";
import { ImagePullSecret, NamedRef } from "../blocks/reference.ts";
import { SharedSessionStorage } from "../blocks/session-storage.ts";
import { EmbeddedAuthServer } from "../embedded-auth-server/embedded-auth-server.ts";
import {
  GatewayAutoscaling,
  GatewayDisruption,
  GatewayNetworkPolicy,
  TopologySpread,
} from "./availability.ts";
import { VirtualIncomingAuth } from "./incoming-auth.ts";
import { VirtualOutgoingAuth } from "./outgoing-auth.ts";
import { virtualMcpServerRules } from "./rules.ts";

const fields = z.strictObject({
  groupRef: NamedRef.describe("The MCPGroup whose members are the backends."),
  config: openObject(GatewayConfig)
    .optional()
    .describe(
      "Settings of the gateway. Fields that are not known are kept by the API server, and refused by the operator.",
    ),
  incomingAuth: VirtualIncomingAuth.describe("Who may speak to the gateway."),
  outgoingAuth: VirtualOutgoingAuth.optional().describe(
    "How the gateway identifies itself to backends.",
  ),
  authServerConfig: EmbeddedAuthServer.optional().describe(
    "An authorization server beside the gateway, for callers to sign in at.",
  ),
  sessionStorage: SharedSessionStorage.optional().describe(
    "Where replicas keep sessions and limits; each in itself when omitted.",
  ),
  telemetryConfigRef: TelemetryConfigRef.optional().describe("What the gateway reports."),
  embeddingServerRef: NameRef.optional().describe(
    "EmbeddingServer for the optimizer, which it turns on.",
  ),
  passthroughHeaders: atomicList(z.string())
    .optional()
    .describe("Headers of a client's request that are handed on to backends."),
  replicas: Count.optional().describe(
    "How many gateways run; left to others, such as an autoscaler, when omitted.",
  ),
  podTemplateSpec: PodTemplatePatch.optional().describe(
    "Changes to the pods, as a strategic merge patch; the gateway's container is `vmcp`.",
  ),
  imagePullSecrets: atomicList(ImagePullSecret)
    .optional()
    .describe("Credentials for the image's registry."),
  serviceAccount: z
    .string()
    .optional()
    .describe("Service account of the pods; one is made when omitted."),
  serviceType: z
    .enum(["ClusterIP", "NodePort", "LoadBalancer"])
    .default("ClusterIP")
    .describe("Type of the Service."),
  sessionAffinity: SessionAffinity,
  autoscaling: GatewayAutoscaling.optional().describe(
    "Lets the load decide how many gateways run; in place of `replicas`.",
  ),
  podDisruptionBudget: GatewayDisruption.optional().describe(
    "Keeps gateways from being taken away all at once.",
  ),
  topologySpread: TopologySpread.optional(),
  networkPolicy: GatewayNetworkPolicy.optional().describe(
    "Closes the gateways' port to everybody who is not named here.",
  ),
});

/** What a VirtualMCPServer is to be. */
export const VirtualMCPServerSpec = withRules(fields, virtualMcpServerRules);
export type VirtualMCPServerSpec = z.infer<typeof VirtualMCPServerSpec>;
