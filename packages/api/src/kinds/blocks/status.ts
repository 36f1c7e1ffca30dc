import { boundedText, formattedText, listMap, re2Pattern } from "@headgate/kube-schema";
import * as z from "zod";
import { Generation } from "./integer.ts";

const CONDITION_TYPE = String.raw`^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$`;
const REASON = "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$";

/** One aspect of an object's state, in the form all of Kubernetes uses. */
export const Condition = z.strictObject({
  type: re2Pattern(boundedText(316), CONDITION_TYPE, "must be a condition type").describe(
    "The aspect.",
  ),
  status: z.enum(["True", "False", "Unknown"]).describe("Whether it holds."),
  reason: re2Pattern(boundedText(1_024).min(1), REASON, "must be one word").describe(
    "Why, for programs.",
  ),
  message: boundedText(32_768).describe("Why, for people."),
  lastTransitionTime: formattedText("date-time").describe("When `status` last changed."),
  observedGeneration: z
    .int()
    .min(0)
    .meta({ format: "int64" })
    .optional()
    .describe("Generation of the spec this is about."),
});
export type Condition = z.infer<typeof Condition>;

/** What the status of every kind has. */
export const observed = {
  conditions: listMap(Condition, ["type"]).optional().describe("State, aspect by aspect."),
  observedGeneration: Generation.optional().describe("Generation of the spec that was acted on."),
};

/** The status of a kind that others refer to: valid or not, and a hash that changes with its content. */
export const ReferredConfigStatus = z.strictObject({
  ...observed,
  configHash: z.string().optional().describe("Hash of the spec, by which users notice changes."),
});
export type ReferredConfigStatus = z.infer<typeof ReferredConfigStatus>;

/** The status of a kind that runs as pods behind an address. */
export const workload = {
  ...observed,
  message: z.string().optional().describe("State in a sentence."),
  url: z.string().optional().describe("Address inside the cluster."),
};
