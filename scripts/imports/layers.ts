/**
 * The folders and top-level files of the gateway, from the bottom up; those on one line do not know each other.
 * A file imports from its own folder and from lines above its own in this list, never from lines below.
 */
export const gatewayLayers: readonly (readonly string[])[] = [
  ["json", "config", "kubernetes"],
  ["rpc", "identity"],
  ["limits"],
  ["backends"],
  ["catalog"],
  ["core"],
  ["layers", "sessions", "telemetry"],
  ["edge"],
  ["http"],
  ["cli"],
  ["assembly"],
  ["garbage-collection.ts", "memory-limit.ts"],
  ["serve.ts"],
  ["main.ts"],
];

/** The same for the operator. */
export const operatorLayers: readonly (readonly string[])[] = [
  ["cluster", "settings"],
  ["reconciler"],
  ["workflow", "config-kind"],
  [
    "mcp-authz-config",
    "mcp-external-auth-config",
    "mcp-group",
    "mcp-oidc-config",
    "mcp-server-entry",
    "mcp-telemetry-config",
    "mcp-tool-config",
    "not-acted-on",
    "virtual-mcp-composite-tool-definition",
    "virtual-mcp-server",
  ],
  ["kinds.ts"],
  ["process"],
  ["operator.ts"],
  ["main.ts"],
];
