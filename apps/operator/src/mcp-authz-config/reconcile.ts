import { configKind } from "../config-kind/config-kind.ts";
import { checkAuthzConfig } from "./checks.ts";

/** MCPAuthzConfigs: which calls callers may make. */
export const mcpAuthzConfigs = configKind({
  name: "mcpauthzconfigs",
  of: "mcpAuthzConfigs",
  finalizer: "mcpauthzconfig.toolhive.stacklok.dev/finalizer",
  reasons: { valid: "ConfigValid", invalid: "ConfigInvalid" },
  check: checkAuthzConfig,
});
