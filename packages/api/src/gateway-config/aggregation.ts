import * as z from "zod";
import { NameRef } from "./name-ref.ts";
import { ToolOverride } from "./tool-override.ts";

/** What each way of resolving name conflicts needs to know. */
export const ConflictResolutionConfig = z.strictObject({
  prefixFormat: z
    .string()
    .default("{workload}_")
    .describe(
      "For `prefix`: text put before each name; `{workload}` stands for the backend's name.",
    ),
  priorityOrder: z
    .array(z.string())
    .optional()
    .describe("For `priority`: backend names, the one that wins a conflict first."),
});
export type ConflictResolutionConfig = z.infer<typeof ConflictResolutionConfig>;

/** Which tools of one backend are shown, and as what. */
export const WorkloadTools = z.strictObject({
  workload: z.string().describe("Name of the backend this entry is about."),
  toolConfigRef: NameRef.optional().describe(
    "Kubernetes only: an MCPToolConfig with filter and overrides.",
  ),
  filter: z
    .array(z.string())
    .optional()
    .describe("The only tools shown, by the names they have after overrides; without it, all are."),
  overrides: z
    .record(z.string(), ToolOverride)
    .optional()
    .describe("New names, descriptions and hints, keyed by the tool's original name."),
  excludeAll: z.boolean().optional().describe("Hides every tool of this backend."),
});
export type WorkloadTools = z.infer<typeof WorkloadTools>;

/** How the tools of many backends become one list. */
export const Aggregation = z.strictObject({
  conflictResolution: z
    .enum(["prefix", "priority", "manual"])
    .default("prefix")
    .describe(
      "What happens when two backends offer the same name: all are prefixed, the first in order wins, or overrides must have removed every conflict.",
    ),
  conflictResolutionConfig: ConflictResolutionConfig.optional().describe(
    "Details of the chosen way.",
  ),
  tools: z
    .array(WorkloadTools)
    .optional()
    .describe("Filters and overrides, one entry per backend."),
  excludeAllTools: z.boolean().optional().describe("Hides every tool of every backend."),
  defaultToolVisibility: z
    .enum(["allow", "deny"])
    .optional()
    .describe("Whether backends without an entry in `tools` show theirs; `allow` when omitted."),
});
export type Aggregation = z.infer<typeof Aggregation>;
