import * as z from "zod";
import { NameRef } from "../../gateway-config/name-ref.ts";

/** How the gateway identifies itself to one backend. */
export const BackendAuth = z.strictObject({
  type: z
    .enum(["discovered", "externalAuthConfigRef"])
    .describe("As the backend's own object says, or as the MCPExternalAuthConfig named here says."),
  externalAuthConfigRef: NameRef.optional().describe(
    "For `externalAuthConfigRef`: the MCPExternalAuthConfig.",
  ),
});
export type BackendAuth = z.infer<typeof BackendAuth>;

/** How a VirtualMCPServer identifies itself to its backends. */
export const VirtualOutgoingAuth = z.strictObject({
  source: z
    .enum(["discovered", "inline"])
    .default("discovered")
    .describe("Whether backends are followed as they change, or written into the configuration."),
  default: BackendAuth.optional().describe("For backends without an entry of their own."),
  backends: z.record(z.string(), BackendAuth).optional().describe("For single backends, by name."),
});
export type VirtualOutgoingAuth = z.infer<typeof VirtualOutgoingAuth>;
