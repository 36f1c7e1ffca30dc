import { freeObject, listMap } from "@headgate/kube-schema";
import * as z from "zod";

/** An environment variable with its value. */
export const EnvVar = z.strictObject({
  name: z.string().describe("Name of the variable."),
  value: z.string().describe("Its value, in plain text."),
});
export type EnvVar = z.infer<typeof EnvVar>;

/** Environment variables, one entry per name. */
export const EnvVars = listMap(EnvVar, ["name"]);

/** Changes to the pod template, in the form of a strategic merge patch. */
export const PodTemplatePatch = freeObject();

const Amounts = z.strictObject({
  cpu: z.string().optional().describe("Processor time, such as `500m`."),
  memory: z.string().optional().describe("Memory, such as `256Mi`."),
});

/** What a container needs and may use at most. */
export const Resources = z.strictObject({
  limits: Amounts.optional().describe("The most it may use."),
  requests: Amounts.optional().describe("What is set aside for it."),
});
export type Resources = z.infer<typeof Resources>;

/** Which replica serves a client's next request. */
export const SessionAffinity = z
  .enum(["ClientIP", "None"])
  .default("ClientIP")
  .describe("Whether a client's requests go to one replica, by its address.");

/** Labels and annotations on top of the operator's own. */
export const MetadataOverrides = z.strictObject({
  labels: z.record(z.string(), z.string()).optional().describe("Labels to add."),
  annotations: z.record(z.string(), z.string()).optional().describe("Annotations to add."),
});
export type MetadataOverrides = z.infer<typeof MetadataOverrides>;
