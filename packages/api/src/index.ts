export { GatewayConfig, type GatewayConfigInput } from "./gateway-config.ts";
export {
  Aggregation,
  ConflictResolutionConfig,
  WorkloadTools,
} from "./gateway-config/aggregation.ts";
export { Audit } from "./gateway-config/audit.ts";
export { Backend } from "./gateway-config/backend.ts";
export { CodeMode } from "./gateway-config/code-mode.ts";
export { CompositeTool } from "./gateway-config/composite-tool.ts";
export { EdgeLimits, ProcessLimits, SessionLimits } from "./gateway-config/edge-limits.ts";
export { CircuitBreaker, FailureHandling } from "./gateway-config/failure-handling.ts";
export { Authz, IncomingAuth, OidcVerification } from "./gateway-config/incoming-auth.ts";
export { Drain, Operational, Timeouts } from "./gateway-config/operational.ts";
export { checkOperational } from "./operational-check.ts";
export { type CompleteOperational, completeOperational } from "./operational-defaults.ts";
export { Optimizer } from "./gateway-config/optimizer.ts";
export {
  BackendAuthStrategy,
  HeaderInjection,
  OutgoingAuth,
} from "./gateway-config/outgoing-auth.ts";
export { SessionCache, SessionStorage } from "./gateway-config/session-storage.ts";
export { Telemetry } from "./gateway-config/telemetry.ts";
export { ToolAnnotations, ToolOverride } from "./gateway-config/tool-override.ts";
