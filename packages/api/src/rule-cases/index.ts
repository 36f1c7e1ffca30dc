import { configKindCases } from "./config-kinds.ts";
import { externalAuthCases } from "./external-auth.ts";
import { mcpRemoteProxyCases, mcpServerCases } from "./proxy.ts";
import type { RuleCase } from "./rule-case.ts";
import { virtualMcpServerCases } from "./virtual-mcp-server.ts";

export type { RuleCase } from "./rule-case.ts";

/** For every rule of every kind, in every place where it stands: a spec it accepts and one it refuses. */
export const RULE_CASES: readonly RuleCase[] = [
  ...virtualMcpServerCases,
  ...mcpServerCases,
  ...mcpRemoteProxyCases,
  ...externalAuthCases,
  ...configKindCases,
];
