import type { ObjectOf } from "@headgate/kube-schema";
import * as z from "zod";
import { NameRef } from "../gateway-config/name-ref.ts";
import { HeaderForward } from "./blocks/header-forward.ts";
import { CaBundleSource, NamedRef } from "./blocks/reference.ts";
import { observed } from "./blocks/status.ts";
import { RemoteUrl } from "./blocks/text-pattern.ts";
import { AGE, column, toolhiveKind } from "./toolhive-kind.ts";

/** A remote MCP server that a group may have without any pod in front of it. */
export const MCPServerEntry = toolhiveKind({
  kind: "MCPServerEntry",
  plural: "mcpserverentries",
  shortNames: ["mcpentry"],
  description: "A remote MCP server as a member of a group, without a pod in front of it.",
  columns: [
    column("Phase", ".status.phase"),
    column("Transport", ".spec.transport"),
    column("Remote URL", ".spec.remoteUrl"),
    column("Group", ".spec.groupRef.name"),
    AGE,
  ],
  spec: z.strictObject({
    remoteUrl: RemoteUrl.describe("Address of the MCP endpoint."),
    transport: z.enum(["sse", "streamable-http"]).describe("How the server is spoken to."),
    groupRef: NamedRef.describe("The MCPGroup it belongs to."),
    externalAuthConfigRef: NameRef.optional().describe(
      "MCPExternalAuthConfig with which the gateway identifies itself.",
    ),
    headerForward: HeaderForward.optional().describe("Headers added to each request."),
    caBundleRef: CaBundleSource.optional().describe("Certificates to trust for the server."),
    allowPrivateEndpoint: z
      .boolean()
      .default(false)
      .describe("Allows an address inside private networks."),
  }),
  status: z.strictObject({
    ...observed,
    phase: z.enum(["Valid", "Pending", "Failed"]).default("Pending").describe("State in a word."),
  }),
});
export type MCPServerEntry = ObjectOf<typeof MCPServerEntry>;
