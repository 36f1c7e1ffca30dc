import { formattedText, listMap } from "@headgate/kube-schema";
import * as z from "zod";
import { Int32 } from "../blocks/integer.ts";
import { workload } from "../blocks/status.ts";

/** A backend as the gateway sees it. */
export const DiscoveredBackend = z.strictObject({
  name: z.string().describe("Name of the backend."),
  url: z.string().optional().describe("Address of its MCP endpoint."),
  status: z
    .string()
    .optional()
    .describe("`ready`, `degraded`, `unavailable`, `unauthenticated` or `unknown`."),
  message: z.string().optional().describe("Why it is not ready."),
  authType: z.string().optional().describe("How the gateway identifies itself to it."),
  authConfigRef: z.string().optional().describe("MCPExternalAuthConfig that says so."),
  mcpRevision: z.string().optional().describe("MCP revision it speaks."),
  lastHealthCheck: formattedText("date-time")
    .optional()
    .describe("When it was last looked at; moves with its status."),
  consecutiveFailures: z.int().optional().describe("Failed looks in a row."),
  circuitBreakerState: z
    .enum(["closed", "open", "half-open"])
    .optional()
    .describe("State of its circuit breaker."),
  circuitLastChanged: formattedText("date-time").optional().describe("When that last changed."),
});
export type DiscoveredBackend = z.infer<typeof DiscoveredBackend>;

/** The state of a VirtualMCPServer. */
export const VirtualMCPServerStatus = z.strictObject({
  ...workload,
  phase: z
    .enum(["Pending", "Ready", "Degraded", "Failed"])
    .default("Pending")
    .describe("State in a word."),
  backendCount: Int32.optional().describe("How many backends can be reached."),
  discoveredBackends: listMap(DiscoveredBackend, ["name"])
    .optional()
    .describe("The backends, one by one."),
  oidcConfigHash: z.string().optional().describe("Hash of the MCPOIDCConfig in use."),
  authzConfigHash: z.string().optional().describe("Hash of the MCPAuthzConfig in use."),
  telemetryConfigHash: z.string().optional().describe("Hash of the MCPTelemetryConfig in use."),
});
export type VirtualMCPServerStatus = z.infer<typeof VirtualMCPServerStatus>;
