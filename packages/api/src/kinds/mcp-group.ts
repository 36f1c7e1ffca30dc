import { type ObjectOf, setList } from "@headgate/kube-schema";
import * as z from "zod";
import { Int32 } from "./blocks/integer.ts";
import { observed } from "./blocks/status.ts";
import { AGE, column, conditionColumn, toolhiveKind } from "./toolhive-kind.ts";

const Names = setList(z.string());

/** MCP servers that belong together. */
export const MCPGroup = toolhiveKind({
  kind: "MCPGroup",
  plural: "mcpgroups",
  shortNames: ["mcpg", "mcpgroup"],
  description:
    "MCP servers that belong together; a VirtualMCPServer puts a group behind one endpoint.",
  columns: [
    column("Servers", ".status.serverCount", "integer"),
    column("Proxies", ".status.remoteProxyCount", "integer"),
    column("Phase", ".status.phase"),
    conditionColumn("Checked", "MCPServersChecked"),
    AGE,
  ],
  spec: z.strictObject({
    description: z.string().optional().describe("What the group is for."),
  }),
  status: z.strictObject({
    ...observed,
    phase: z.enum(["Ready", "Pending", "Failed"]).default("Pending").describe("State in a word."),
    servers: Names.optional().describe("Names of the MCPServers in the group."),
    serverCount: Int32.optional().describe("How many they are."),
    remoteProxies: Names.optional().describe("Names of the MCPRemoteProxies in the group."),
    remoteProxyCount: Int32.optional().describe("How many they are."),
    entries: Names.optional().describe("Names of the MCPServerEntries in the group."),
    entryCount: Int32.optional().describe("How many they are."),
  }),
});
export type MCPGroup = ObjectOf<typeof MCPGroup>;
