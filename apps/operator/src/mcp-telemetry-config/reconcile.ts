import { configKind } from "../config-kind/config-kind.ts";
import { checkTelemetryConfig } from "./checks.ts";

/** MCPTelemetryConfigs: what servers report about themselves. */
export const mcpTelemetryConfigs = configKind({
  name: "mcptelemetryconfigs",
  of: "mcpTelemetryConfigs",
  finalizer: "mcptelemetryconfig.toolhive.stacklok.dev/finalizer",
  reasons: { valid: "ValidationSucceeded", invalid: "ValidationFailed" },
  check: checkTelemetryConfig,
});
