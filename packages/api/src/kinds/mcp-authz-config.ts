import { freeObject, type ObjectOf } from "@headgate/kube-schema";
import * as z from "zod";
import { ReferredConfigStatus } from "./blocks/status.ts";
import { AGE, column, conditionColumn, toolhiveKind } from "./toolhive-kind.ts";

/** Which calls callers may make, for any number of servers. */
export const MCPAuthzConfig = toolhiveKind({
  kind: "MCPAuthzConfig",
  plural: "mcpauthzconfigs",
  shortNames: ["authzcfg"],
  description: "Which calls callers may make; any number of servers may refer to it.",
  columns: [column("Type", ".spec.type"), conditionColumn("Valid"), AGE],
  spec: z.strictObject({
    type: z.string().min(1).describe("Policy engine: `cedarv1` or `httpv1`."),
    config: freeObject().describe("Settings of that engine."),
  }),
  status: ReferredConfigStatus,
});
export type MCPAuthzConfig = ObjectOf<typeof MCPAuthzConfig>;
