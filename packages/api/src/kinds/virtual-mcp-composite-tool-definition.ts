import { atomicList, type ObjectOf, setList } from "@headgate/kube-schema";
import * as z from "zod";
import { CompositeTool } from "../gateway-config/composite-tool.ts";
import { observed } from "./blocks/status.ts";
import { AGE, column, conditionColumn, toolhiveKind } from "./toolhive-kind.ts";

/** A composite tool that any number of gateways may offer. */
export const VirtualMCPCompositeToolDefinition = toolhiveKind({
  kind: "VirtualMCPCompositeToolDefinition",
  plural: "virtualmcpcompositetooldefinitions",
  shortNames: ["vmcpctd", "compositetool"],
  description: "A tool made of calls to other tools, which any number of gateways may offer.",
  columns: [
    column("Workflow", ".spec.name"),
    column("Status", ".status.validationStatus"),
    AGE,
    conditionColumn("Ready"),
  ],
  spec: CompositeTool,
  status: z.strictObject({
    ...observed,
    validationStatus: z
      .enum(["Valid", "Invalid", "Unknown"])
      .optional()
      .describe("Whether the definition can be offered."),
    validationErrors: atomicList(z.string()).optional().describe("What is wrong with it."),
    referencingVirtualServers: setList(z.string())
      .optional()
      .describe("Names of the VirtualMCPServers that offer it."),
  }),
});
export type VirtualMCPCompositeToolDefinition = ObjectOf<typeof VirtualMCPCompositeToolDefinition>;
