import { freeObject, freeValue } from "@headgate/kube-schema";
import * as z from "zod";
import { DurationText } from "./duration-text.ts";

/** What happens when a person declines or dismisses a question. */
export const ElicitationHandler = z.strictObject({
  action: z
    .enum(["skip_remaining", "abort", "continue"])
    .default("abort")
    .describe("Skip the steps that follow, fail the tool, or go on."),
});
export type ElicitationHandler = z.infer<typeof ElicitationHandler>;

/** What happens when a step fails. */
export const StepErrorHandler = z.strictObject({
  action: z
    .enum(["abort", "continue", "retry"])
    .default("abort")
    .describe("Fail the tool, go on, or try again."),
  retryCount: z.int().optional().describe("For `retry`: further attempts."),
  retryDelay: DurationText.optional().describe("For `retry`: time between attempts."),
});
export type StepErrorHandler = z.infer<typeof StepErrorHandler>;

/** One step of a composite tool. */
export const CompositeStep = z.strictObject({
  id: z.string().describe("Name that other steps and the output refer to."),
  type: z
    .enum(["tool", "elicitation", "forEach"])
    .default("tool")
    .describe("Call a tool, ask the person, or run a step for each item of a list."),
  tool: z
    .string()
    .optional()
    .describe("For `tool`: its name, or `workload.name` with the backend's own name for it."),
  arguments: freeObject().optional().describe("For `tool`: its arguments; strings are templates."),
  condition: z
    .string()
    .optional()
    .describe("Template; the step runs only when it renders to true."),
  dependsOn: z.array(z.string()).optional().describe("Steps that must be done before this one."),
  onError: StepErrorHandler.optional().describe("What happens when the step fails."),
  timeout: DurationText.optional().describe("Time the step may take."),
  message: z.string().optional().describe("For `elicitation`: the question, a template."),
  schema: freeObject().optional().describe("For `elicitation`: JSON schema of the answer."),
  onDecline: ElicitationHandler.optional().describe(
    "For `elicitation`: what happens when the person says no.",
  ),
  onCancel: ElicitationHandler.optional().describe(
    "For `elicitation`: what happens when the person dismisses it.",
  ),
  defaultResults: freeValue()
    .optional()
    .describe("Results that stand in for those of a step that did not run."),
  collection: z
    .string()
    .optional()
    .describe("For `forEach`: template that renders to a JSON list."),
  itemVar: z.string().optional().describe("For `forEach`: name of the current item in templates."),
  maxParallel: z.int().optional().describe("For `forEach`: items worked on at a time."),
  maxIterations: z.int().optional().describe("For `forEach`: items at most."),
  step: freeObject().optional().describe("For `forEach`: the step that runs for each item."),
});
export type CompositeStep = z.infer<typeof CompositeStep>;
