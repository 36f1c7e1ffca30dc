import { freeObject, freeValue } from "@headgate/kube-schema";
import * as z from "zod";
import { CompositeStep } from "./composite-step.ts";
import { DurationText } from "./duration-text.ts";
import { ToolAnnotations } from "./tool-override.ts";

/** One field of a composite tool's structured result. */
export const OutputProperty = z.strictObject({
  type: z
    .enum(["string", "integer", "number", "boolean", "object", "array"])
    .describe("JSON type of the field."),
  description: z.string().optional().describe("What the field says."),
  value: z.string().optional().describe("Template that renders to the value."),
  properties: freeObject().optional().describe("For `object`: its fields, in place of `value`."),
  default: freeValue().optional().describe("Value when the template renders to nothing."),
});
export type OutputProperty = z.infer<typeof OutputProperty>;

/** The structured result of a composite tool. */
export const CompositeOutput = z.strictObject({
  properties: z.record(z.string(), OutputProperty).describe("Fields of the result by name."),
  required: z.array(z.string()).optional().describe("Fields that are always there."),
});
export type CompositeOutput = z.infer<typeof CompositeOutput>;

/** A tool that is made of calls to other tools. */
export const CompositeTool = z.strictObject({
  name: z.string().describe("Name clients call it by."),
  description: z.string().optional().describe("What it does, for clients and models."),
  parameters: freeObject().optional().describe("JSON schema of its arguments."),
  timeout: DurationText.optional().describe("Time all steps together may take; 30m when omitted."),
  steps: z.array(CompositeStep).describe("What it does, step by step."),
  output: CompositeOutput.optional().describe(
    "Its structured result; that of the last step when omitted.",
  ),
  annotations: ToolAnnotations.optional().describe("Hints about its behaviour."),
});
export type CompositeTool = z.infer<typeof CompositeTool>;
