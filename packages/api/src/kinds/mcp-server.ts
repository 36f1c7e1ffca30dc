import {
  atomicList,
  listMap,
  type ObjectOf,
  requiredWithDefault,
  withRules,
} from "@headgate/kube-schema";
import { RateLimitConfig } from "@headgate/ratelimit-types";
import * as z from "zod";
import { NameRef } from "../gateway-config/name-ref.ts";
import { authzInOnePlace } from "./blocks/authz-config.ts";
import { Count, Int32, Port } from "./blocks/integer.ts";
import { EnvVars } from "./blocks/pod.ts";
import { AGE, column, conditionColumn, toolhiveKind } from "./toolhive-kind.ts";
import { limitRules } from "./workload/limit-rules.ts";
import { proxySpec, proxyStatus } from "./workload/proxy.ts";

/** A Secret's key as an environment variable of the server. */
export const ServerSecret = z.strictObject({
  name: z.string().describe("Name of the Secret."),
  key: z.string().describe("Key in the Secret."),
  targetEnvName: z.string().optional().describe("Name of the variable; the key when omitted."),
});
export type ServerSecret = z.infer<typeof ServerSecret>;

/** A directory of the node inside the server. */
export const ServerVolume = z.strictObject({
  name: z.string().describe("Name of the volume."),
  hostPath: z.string().describe("Path on the node."),
  mountPath: z.string().describe("Path in the container."),
  readOnly: z.boolean().default(false).describe("Whether the server may only read."),
});
export type ServerVolume = z.infer<typeof ServerVolume>;

const PermissionProfile = z.strictObject({
  type: requiredWithDefault(z.enum(["builtin", "configmap"]), "builtin").describe(
    "Where the profile is.",
  ),
  name: z.string().describe("Name of the profile, or of the ConfigMap."),
  key: z.string().optional().describe("For `configmap`: key with the profile."),
});

/** An MCP server that runs in the cluster, with a proxy in front of it. */
export const MCPServer = toolhiveKind({
  kind: "MCPServer",
  plural: "mcpservers",
  shortNames: ["mcpserver", "mcpservers"],
  description: "An MCP server that runs in the cluster, with a proxy in front of it.",
  columns: [
    column("Status", ".status.phase"),
    conditionColumn("Ready"),
    column("Replicas", ".status.readyReplicas", "integer"),
    column("URL", ".status.url"),
    AGE,
  ],
  spec: withRules(
    z.strictObject({
      image: z.string().describe("Image of the server."),
      transport: z
        .enum(["stdio", "streamable-http", "sse"])
        .default("stdio")
        .describe("What the server speaks."),
      proxyMode: z
        .enum(["sse", "streamable-http"])
        .default("streamable-http")
        .describe("What the proxy speaks when the server speaks `stdio`."),
      mcpPort: Port.optional().describe("Port of the server; 8080 when omitted."),
      args: atomicList(z.string()).optional().describe("Arguments of the server."),
      env: EnvVars.optional().describe("Environment variables of the server."),
      secrets: listMap(ServerSecret, ["name"])
        .optional()
        .describe("Secrets as environment variables of the server."),
      volumes: listMap(ServerVolume, ["name"])
        .optional()
        .describe("Directories of the node in the server."),
      permissionProfile: PermissionProfile.optional().describe("What the server may do."),
      backendReplicas: Count.optional().describe(
        "How many servers run; left to others when omitted.",
      ),
      rateLimiting: RateLimitConfig.optional().describe("How many tool calls pass in a time."),
      webhookConfigRef: NameRef.optional().describe(
        "MCPWebhookConfig that is asked about requests.",
      ),
      ...proxySpec,
    }),
    [authzInOnePlace, ...limitRules],
  ),
  status: z.strictObject({
    ...proxyStatus,
    phase: z
      .enum(["Pending", "Ready", "Failed", "Terminating", "Stopped"])
      .optional()
      .describe("State in a word."),
    readyReplicas: Int32.optional().describe("How many proxies are ready."),
    webhookConfigHash: z.string().optional().describe("Hash of the MCPWebhookConfig in use."),
  }),
});
export type MCPServer = ObjectOf<typeof MCPServer>;
