import { atomicList, type ObjectOf } from "@headgate/kube-schema";
import * as z from "zod";
import { Int32, Port } from "./blocks/integer.ts";
import { EnvVars, PodTemplatePatch, Resources } from "./blocks/pod.ts";
import { SecretKeyRef } from "./blocks/reference.ts";
import { workload } from "./blocks/status.ts";
import { AGE, column, toolhiveKind } from "./toolhive-kind.ts";
import { EmbeddingOverrides } from "./workload/resource-overrides.ts";

/** Where an embedding server keeps its model between starts. */
export const ModelCache = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether the model is kept."),
  size: z.string().default("10Gi").describe("Size of the volume."),
  accessMode: z
    .enum(["ReadWriteOnce", "ReadWriteMany", "ReadOnlyMany"])
    .default("ReadWriteOnce")
    .describe("Access mode of the volume."),
  storageClassName: z
    .string()
    .optional()
    .describe("Storage class; the cluster's default when omitted."),
});
export type ModelCache = z.infer<typeof ModelCache>;

/** A server that turns texts into vectors, for a gateway's optimizer. */
export const EmbeddingServer = toolhiveKind({
  kind: "EmbeddingServer",
  plural: "embeddingservers",
  shortNames: ["emb", "embedding"],
  description: "A server that turns texts into vectors, for the optimizer of gateways.",
  columns: [
    column("Status", ".status.phase"),
    column("Model", ".spec.model"),
    column("Ready", ".status.readyReplicas", "integer"),
    column("URL", ".status.url"),
    AGE,
  ],
  spec: z.strictObject({
    model: z
      .string()
      .default("BAAI/bge-small-en-v1.5")
      .describe("The model, by its name at Hugging Face."),
    hfTokenSecretRef: SecretKeyRef.optional().describe("Token for models that ask for one."),
    modelCache: ModelCache.optional().describe("Where the model is kept between starts."),
    image: z
      .string()
      .default("ghcr.io/huggingface/text-embeddings-inference:cpu-latest")
      .describe("Image of the server."),
    imagePullPolicy: z
      .enum(["Always", "Never", "IfNotPresent"])
      .default("IfNotPresent")
      .describe("When the image is pulled."),
    port: Port.default(8_080).describe("Port of the server."),
    args: atomicList(z.string()).optional().describe("Further arguments of the server."),
    env: EnvVars.optional().describe("Environment variables of the server."),
    replicas: z
      .int32()
      .min(1)
      .meta({ format: "int32" })
      .default(1)
      .describe("How many servers run."),
    resources: Resources.optional().describe("What the container needs and may use."),
    podTemplateSpec: PodTemplatePatch.optional().describe(
      "Changes to the pods, as a strategic merge patch.",
    ),
    resourceOverrides: EmbeddingOverrides.optional().describe(
      "Changes to the objects that are made for the server.",
    ),
  }),
  status: z.strictObject({
    ...workload,
    phase: z
      .enum(["Pending", "Downloading", "Ready", "Failed", "Terminating"])
      .optional()
      .describe("State in a word."),
    readyReplicas: Int32.optional().describe("How many servers are ready."),
  }),
});
export type EmbeddingServer = ObjectOf<typeof EmbeddingServer>;
