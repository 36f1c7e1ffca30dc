import { configKind } from "../config-kind/config-kind.ts";
import { checkExternalAuthConfig } from "./checks.ts";

/** MCPExternalAuthConfigs: how requests to servers are authenticated. */
export const mcpExternalAuthConfigs = configKind({
  name: "mcpexternalauthconfigs",
  of: "mcpExternalAuthConfigs",
  finalizer: "mcpexternalauthconfig.toolhive.stacklok.dev/finalizer",
  reasons: { valid: "ValidationSucceeded", invalid: "ValidationFailed" },
  check: checkExternalAuthConfig,
});
