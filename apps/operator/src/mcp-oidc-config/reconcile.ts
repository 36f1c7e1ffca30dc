import { configKind } from "../config-kind/config-kind.ts";
import { checkOidcConfig } from "./checks.ts";

/** MCPOIDCConfigs: how callers' tokens are verified. */
export const mcpOidcConfigs = configKind({
  name: "mcpoidcconfigs",
  of: "mcpOidcConfigs",
  finalizer: "mcpoidcconfig.toolhive.stacklok.dev/finalizer",
  reasons: { valid: "ConfigValid", invalid: "ConfigInvalid" },
  check: checkOidcConfig,
});
