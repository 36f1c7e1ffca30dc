import { atomicList, freeValue, type ObjectOf, PRESERVE_KEYWORD } from "@headgate/kube-schema";
import * as z from "zod";
import { Int32 } from "./blocks/integer.ts";
import { PodTemplatePatch } from "./blocks/pod.ts";
import { ImagePullSecret, KeySelector } from "./blocks/reference.ts";
import { workload } from "./blocks/status.ts";
import { AGE, column, conditionColumn, DEPRECATED, STABLE, toolhiveKind } from "./toolhive-kind.ts";

const DEPRECATION =
  "MCPRegistry is deprecated and will be removed in a future release; install the ToolHive registry server via the toolhive-registry-server Helm chart (https://github.com/stacklok/toolhive-registry-server) instead";

// Volumes and mounts are the pod's own business, so they pass through unread.
const PodEntries = atomicList(freeValue())
  .meta({ [PRESERVE_KEYWORD]: true })
  .optional();

/** A registry server for MCP servers; a kind that goes away. */
export const MCPRegistry = toolhiveKind({
  kind: "MCPRegistry",
  plural: "mcpregistries",
  shortNames: ["mcpreg", "registry"],
  description: "A registry server; this kind is deprecated.",
  versions: [
    { name: DEPRECATED.name, deprecation: DEPRECATION },
    { name: STABLE.name, deprecation: DEPRECATION },
  ],
  columns: [
    column("Status", ".status.phase"),
    conditionColumn("Ready"),
    column("Replicas", ".status.readyReplicas", "integer"),
    column("URL", ".status.url"),
    AGE,
  ],
  spec: z.strictObject({
    configYAML: z.string().min(1).describe("The server's own configuration, as YAML."),
    displayName: z.string().optional().describe("Name for people."),
    pgpassSecretRef: KeySelector.optional().describe("Key of a Secret with a pgpass file."),
    volumes: PodEntries.describe("Volumes of the pods."),
    volumeMounts: PodEntries.describe("Where the server sees them."),
    podTemplateSpec: PodTemplatePatch.optional().describe(
      "Changes to the pods, as a strategic merge patch.",
    ),
    imagePullSecrets: atomicList(ImagePullSecret)
      .optional()
      .describe("Credentials for the image's registry."),
  }),
  status: z.strictObject({
    ...workload,
    phase: z
      .enum(["Pending", "Ready", "Failed", "Terminating"])
      .optional()
      .describe("State in a word."),
    readyReplicas: Int32.optional().describe("How many servers are ready."),
  }),
});
export type MCPRegistry = ObjectOf<typeof MCPRegistry>;
