import { type ObjectOf, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { authzInOnePlace } from "./blocks/authz-config.ts";
import { HeaderForward } from "./blocks/header-forward.ts";
import { RemoteUrl } from "./blocks/text-pattern.ts";
import { AGE, column, conditionColumn, toolhiveKind } from "./toolhive-kind.ts";
import { proxySpec, proxyStatus } from "./workload/proxy.ts";

/** A proxy in front of a remote MCP server. */
export const MCPRemoteProxy = toolhiveKind({
  kind: "MCPRemoteProxy",
  plural: "mcpremoteproxies",
  shortNames: ["rp", "mcprp"],
  description: "A proxy in the cluster in front of a remote MCP server.",
  columns: [
    column("Phase", ".status.phase"),
    column("Remote URL", ".spec.remoteUrl"),
    column("URL", ".status.url"),
    conditionColumn("Ready"),
    AGE,
  ],
  spec: withRules(
    z.strictObject({
      remoteUrl: RemoteUrl.describe("Address of the remote MCP endpoint."),
      transport: z
        .enum(["sse", "streamable-http"])
        .default("streamable-http")
        .describe("How the remote server is spoken to."),
      headerForward: HeaderForward.optional().describe("Headers added to each request."),
      allowPrivateEndpoint: z
        .boolean()
        .default(false)
        .describe("Allows an address inside private networks."),
      ...proxySpec,
    }),
    [authzInOnePlace],
  ),
  status: z.strictObject({
    ...proxyStatus,
    phase: z
      .enum(["Pending", "Ready", "Failed", "Terminating"])
      .optional()
      .describe("State in a word."),
    externalUrl: z.string().optional().describe("Address outside the cluster."),
  }),
});
export type MCPRemoteProxy = ObjectOf<typeof MCPRemoteProxy>;
