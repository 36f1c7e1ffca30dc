import { configKind } from "../config-kind/config-kind.ts";

/** MCPToolConfigs: whatever admission lets pass is valid, an empty spec too. */
export const mcpToolConfigs = configKind({
  name: "mcptoolconfigs",
  of: "mcpToolConfigs",
  finalizer: "toolhive.stacklok.dev/toolconfig-finalizer",
  reasons: { valid: "ValidationSucceeded", invalid: "ValidationFailed" },
  check: () => ({ problems: [] }),
});
