import { type ObjectOf, setList } from "@headgate/kube-schema";
import * as z from "zod";
import { ToolOverride } from "../gateway-config/tool-override.ts";
import { ReferredConfigStatus } from "./blocks/status.ts";
import { AGE, conditionColumn, toolhiveKind } from "./toolhive-kind.ts";

/** Which tools are shown and as what, for any number of servers. */
export const MCPToolConfig = toolhiveKind({
  kind: "MCPToolConfig",
  plural: "mcptoolconfigs",
  shortNames: ["tc", "toolconfig"],
  description:
    "Which tools of a server are shown, and as what; any number of servers may refer to it.",
  columns: [conditionColumn("Valid"), AGE],
  spec: z.strictObject({
    toolsFilter: setList(z.string())
      .optional()
      .describe("The only tools shown, by the names they have after overrides."),
    toolsOverride: z
      .record(z.string(), ToolOverride)
      .optional()
      .describe("New names, descriptions and hints, keyed by the tool's original name."),
  }),
  status: ReferredConfigStatus,
});
export type MCPToolConfig = ObjectOf<typeof MCPToolConfig>;
