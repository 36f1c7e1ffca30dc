import { type Block, casesAt, type RuleCase } from "./rule-case.ts";
import {
  authzCases,
  limits,
  onePlaceForAuthz,
  rateLimitCases,
  redis,
  sessionStorageCases,
} from "./shared-blocks.ts";

const server = (given: Block): Block => ({ image: "example.com/server:1", ...given });
const limited = (rateLimiting: Block, given: Block = {}): Block =>
  server({ rateLimiting, sessionStorage: redis, ...given });
const oidc: Block = { oidcConfigRef: { name: "login", audience: "team" } };
const external: Block = { externalAuthConfigRef: { name: "login" } };

const limitCases: readonly Omit<RuleCase, "kind" | "at">[] = [
  {
    message: "rateLimiting requires sessionStorage with provider 'redis'",
    accepted: limited(limits.shared),
    refused: server({ rateLimiting: limits.shared }),
  },
  {
    message:
      "rateLimiting.perUser requires authentication (oidcConfigRef or externalAuthConfigRef)",
    accepted: limited(limits.perUser, oidc),
    refused: limited(limits.perUser),
  },
  {
    message:
      "per-tool perUser rate limiting requires authentication (oidcConfigRef or externalAuthConfigRef)",
    accepted: limited(limits.perToolUser, external),
    refused: limited(limits.perToolUser, { authServerRef: { name: "login" } }),
  },
  {
    message:
      "rateLimiting.rules with per user require authentication (oidcConfigRef or externalAuthConfigRef)",
    accepted: limited(limits.perRuleUser, external),
    refused: limited(limits.perRuleUser),
  },
];

const proxyCases = (kind: string, spec: (given: Block) => Block): RuleCase[] => [
  ...casesAt({ kind, at: "spec", spec }, onePlaceForAuthz),
  ...casesAt(
    { kind, at: "spec.authzConfig", spec: (authzConfig) => spec({ authzConfig }) },
    authzCases,
  ),
  ...casesAt(
    { kind, at: "spec.sessionStorage", spec: (sessionStorage) => spec({ sessionStorage }) },
    sessionStorageCases,
  ),
];

/** Cases of MCPServer. */
export const mcpServerCases: readonly RuleCase[] = [
  ...limitCases.map((one) => ({ ...one, kind: "MCPServer", at: "spec" })),
  ...casesAt({ kind: "MCPServer", at: "spec.rateLimiting", spec: limited }, rateLimitCases),
  ...proxyCases("MCPServer", server),
];

/** Cases of MCPRemoteProxy. */
export const mcpRemoteProxyCases: readonly RuleCase[] = proxyCases("MCPRemoteProxy", (given) => ({
  remoteUrl: "https://example.com/mcp",
  ...given,
}));
