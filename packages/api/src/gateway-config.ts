import { atomicList } from "@headgate/kube-schema";
import { RateLimitConfig } from "@headgate/ratelimit-types";
import * as z from "zod";
import { Aggregation } from "./gateway-config/aggregation.ts";
import { Audit } from "./gateway-config/audit.ts";
import { Backend } from "./gateway-config/backend.ts";
import { CodeMode } from "./gateway-config/code-mode.ts";
import { CompositeTool } from "./gateway-config/composite-tool.ts";
import { IncomingAuth } from "./gateway-config/incoming-auth.ts";
import { NameRef } from "./gateway-config/name-ref.ts";
import { Operational } from "./gateway-config/operational.ts";
import { Optimizer } from "./gateway-config/optimizer.ts";
import { OutgoingAuth } from "./gateway-config/outgoing-auth.ts";
import { SessionStorage } from "./gateway-config/session-storage.ts";
import { Telemetry } from "./gateway-config/telemetry.ts";

/** Everything a gateway is told: the file it reads, and `spec.config` of a VirtualMCPServer. */
export const GatewayConfig = z.strictObject({
  name: z
    .string()
    .optional()
    .describe("Name of the gateway, which clients see as the server's name."),
  groupRef: z.string().optional().describe("Group of workloads that the backends belong to."),
  backends: z.array(Backend).optional().describe("The MCP servers behind the gateway."),
  incomingAuth: IncomingAuth.optional().describe("Who may speak to the gateway."),
  outgoingAuth: OutgoingAuth.optional().describe("How the gateway identifies itself to backends."),
  aggregation: Aggregation.optional().describe("How the tools of many backends become one list."),
  rateLimiting: RateLimitConfig.optional().describe("How many tool calls pass in a time."),
  operational: Operational.optional().describe("Time-outs, failures, limits, start and stop."),
  sessionStorage: SessionStorage.optional().describe(
    "Where sessions and limits are kept; in this process when omitted.",
  ),
  passthroughHeaders: atomicList(z.string())
    .optional()
    .describe("Headers of a client's request that are handed on to backends."),
  compositeTools: z.array(CompositeTool).optional().describe("Tools made of calls to other tools."),
  compositeToolRefs: z
    .array(NameRef)
    .optional()
    .describe("Kubernetes only: VirtualMCPCompositeToolDefinitions to add to `compositeTools`."),
  optimizer: Optimizer.optional().describe("Offers search in place of a long list of tools."),
  codeMode: CodeMode.optional().describe("Offers a tool that runs scripts."),
  telemetry: Telemetry.optional().describe("What is reported about the gateway, and where to."),
  audit: Audit.optional().describe("A record of who did what."),
  metadata: z
    .record(z.string(), z.string())
    .optional()
    .describe("Free labels, passed through as they are."),
});
/** A configuration as the gateway uses it, defaults filled in. */
export type GatewayConfig = z.infer<typeof GatewayConfig>;
/** A configuration as a person writes it, where everything with a default may be left out. */
export type GatewayConfigInput = z.input<typeof GatewayConfig>;
