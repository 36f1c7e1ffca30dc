import type { ObjectOf } from "@headgate/kube-schema";
import { AGE, column, conditionColumn, toolhiveKind } from "./toolhive-kind.ts";
import { VirtualMCPServerSpec } from "./virtual-mcp-server/spec.ts";
import { VirtualMCPServerStatus } from "./virtual-mcp-server/status.ts";

/** A gateway in front of a group of MCP servers. */
export const VirtualMCPServer = toolhiveKind({
  kind: "VirtualMCPServer",
  plural: "virtualmcpservers",
  shortNames: ["vmcp", "virtualmcp"],
  description: "One MCP endpoint in front of a group of MCP servers.",
  columns: [
    column("Phase", ".status.phase"),
    column("URL", ".status.url"),
    column("Backends", ".status.backendCount", "integer"),
    AGE,
    conditionColumn("Ready"),
  ],
  spec: VirtualMCPServerSpec,
  status: VirtualMCPServerStatus,
});
export type VirtualMCPServer = ObjectOf<typeof VirtualMCPServer>;
