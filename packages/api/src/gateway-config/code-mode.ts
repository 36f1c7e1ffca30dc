import * as z from "zod";
import { DurationText } from "./duration-text.ts";

/** A tool that runs a script which calls other tools. */
export const CodeMode = z.strictObject({
  enabled: z.boolean().optional().describe("Whether the tool is offered; it is not when omitted."),
  stepLimit: z
    .int()
    .min(1)
    .meta({ format: "int64" })
    .default(100_000)
    .describe("Steps a script may execute."),
  parallelMaxConcurrency: z
    .int()
    .min(1)
    .default(10)
    .describe("Tool calls a script may have in flight."),
  toolCallTimeout: DurationText.default("30s").describe("Time one of its tool calls may take."),
});
export type CodeMode = z.infer<typeof CodeMode>;
