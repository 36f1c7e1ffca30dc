import { mcpAuthzConfigs } from "./mcp-authz-config/reconcile.ts";
import { mcpExternalAuthConfigs } from "./mcp-external-auth-config/reconcile.ts";
import { mcpGroups } from "./mcp-group/reconcile.ts";
import { mcpOidcConfigs } from "./mcp-oidc-config/reconcile.ts";
import { mcpServerEntries } from "./mcp-server-entry/reconcile.ts";
import { mcpTelemetryConfigs } from "./mcp-telemetry-config/reconcile.ts";
import { mcpToolConfigs } from "./mcp-tool-config/reconcile.ts";
import { unattendedKinds } from "./not-acted-on/reconcile.ts";
import { judgedKind } from "./reconciler/judged-kind.ts";
import type { KindReconciler } from "./reconciler/kind-reconciler.ts";
import { compositeToolDefinitions } from "./virtual-mcp-composite-tool-definition/reconcile.ts";
import { virtualMcpServerReconciler } from "./virtual-mcp-server/reconcile.ts";

/** Every kind of which only the status is written. */
export const JUDGED_KINDS = [
  mcpGroups,
  mcpServerEntries,
  mcpOidcConfigs,
  mcpExternalAuthConfigs,
  mcpToolConfigs,
  mcpTelemetryConfigs,
  mcpAuthzConfigs,
  compositeToolDefinitions,
  ...unattendedKinds,
] as const;

/** Every kind that is acted on. */
export const KIND_RECONCILERS: readonly KindReconciler[] = [
  judgedKind(mcpGroups),
  judgedKind(mcpServerEntries),
  judgedKind(mcpOidcConfigs),
  judgedKind(mcpExternalAuthConfigs),
  judgedKind(mcpToolConfigs),
  judgedKind(mcpTelemetryConfigs),
  judgedKind(mcpAuthzConfigs),
  judgedKind(compositeToolDefinitions),
  ...unattendedKinds.map(judgedKind),
  virtualMcpServerReconciler,
];
