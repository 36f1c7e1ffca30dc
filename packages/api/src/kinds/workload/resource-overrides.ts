import { atomicList } from "@headgate/kube-schema";
import * as z from "zod";
import { EnvVars, MetadataOverrides } from "../blocks/pod.ts";
import { ImagePullSecret } from "../blocks/reference.ts";

const PodMetadata = MetadataOverrides.optional().describe("Labels and annotations of the pods.");

/** Changes to the objects that the operator makes for a proxy. */
export const ProxyOverrides = z.strictObject({
  proxyDeployment: z
    .strictObject({
      ...MetadataOverrides.shape,
      podTemplateMetadataOverrides: PodMetadata,
      env: EnvVars.optional().describe("Environment variables of the proxy."),
      imagePullSecrets: atomicList(ImagePullSecret)
        .optional()
        .describe("Credentials for the images' registry."),
    })
    .optional()
    .describe("The proxy's Deployment."),
  proxyService: MetadataOverrides.optional().describe("The proxy's Service."),
});
export type ProxyOverrides = z.infer<typeof ProxyOverrides>;

/** Changes to the objects that the operator makes for an embedding server. */
export const EmbeddingOverrides = z.strictObject({
  statefulSet: z
    .strictObject({ ...MetadataOverrides.shape, podTemplateMetadataOverrides: PodMetadata })
    .optional()
    .describe("The StatefulSet."),
  service: MetadataOverrides.optional().describe("The Service."),
  persistentVolumeClaim: MetadataOverrides.optional().describe("The claim of the model's cache."),
});
export type EmbeddingOverrides = z.infer<typeof EmbeddingOverrides>;
