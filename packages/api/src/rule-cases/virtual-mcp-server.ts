import { authServerCases } from "./auth-server.ts";
import { gatewayConfigCases } from "./gateway-config.ts";
import { type Block, casesAt, type RuleCase } from "./rule-case.ts";
import {
  authzCases,
  limits,
  onePlaceForAuthz,
  rateLimitCases,
  redis,
  sessionStorageCases,
} from "./shared-blocks.ts";
import { trustedIssuerCases } from "./trusted-issuer.ts";

const kind = "VirtualMCPServer";
const spec = (given: Block): Block => ({
  groupRef: { name: "team" },
  incomingAuth: { type: "anonymous" },
  ...given,
});
const oidc: Block = { type: "oidc", oidcConfigRef: { name: "login", audience: "team" } };
const limited = (rateLimiting: Block, given: Block = {}): Block =>
  spec({ config: { rateLimiting }, sessionStorage: redis, ...given });

const limitCases: readonly Omit<RuleCase, "kind" | "at">[] = [
  {
    message: "config.rateLimiting requires sessionStorage with provider 'redis'",
    accepted: limited(limits.shared),
    refused: limited(limits.shared, { sessionStorage: { provider: "memory" } }),
  },
  {
    message: "config.rateLimiting.perUser requires incomingAuth.type oidc",
    accepted: limited(limits.perUser, { incomingAuth: oidc }),
    refused: limited(limits.perUser),
  },
  {
    message: "per-tool perUser rate limiting requires incomingAuth.type oidc",
    accepted: limited(limits.perToolUser, { incomingAuth: oidc }),
    refused: limited(limits.perToolUser),
  },
  {
    message: "config.rateLimiting.rules with per user require incomingAuth.type oidc",
    accepted: limited(limits.perRuleUser, { incomingAuth: oidc }),
    refused: limited(limits.perRuleUser),
  },
];

const embedding = (embeddingProvider: string): Block =>
  spec({
    embeddingServerRef: { name: "embeddings" },
    config: { optimizer: { embeddingProvider } },
  });

const specCases: readonly Omit<RuleCase, "kind" | "at">[] = [
  ...limitCases,
  {
    message:
      "embeddingServerRef provisions a managed TEI server and cannot be combined with optimizer.embeddingProvider 'openai'; openai mode uses embeddingService directly",
    accepted: embedding("tei"),
    refused: embedding("openai"),
  },
];

const OIDC_REQUIRED: Omit<RuleCase, "kind"> = {
  at: "spec.incomingAuth",
  message: "spec.incomingAuth.oidcConfigRef is required when type is oidc",
  accepted: spec({ incomingAuth: oidc }),
  refused: spec({ incomingAuth: { type: "oidc" } }),
};

const SCALING_BOUNDS: Omit<RuleCase, "kind"> = {
  at: "spec.autoscaling",
  message: "minReplicas must not be more than maxReplicas",
  accepted: spec({ autoscaling: { minReplicas: 2, maxReplicas: 2 } }),
  refused: spec({ autoscaling: { minReplicas: 3, maxReplicas: 2 } }),
};

const incomingAuth = (block: Block) => spec({ incomingAuth: { type: "anonymous", ...block } });

/** Cases of VirtualMCPServer. */
export const virtualMcpServerCases: readonly RuleCase[] = [
  ...specCases.map((one) => ({ ...one, kind, at: "spec" })),
  { ...OIDC_REQUIRED, kind },
  { ...SCALING_BOUNDS, kind },
  ...casesAt({ kind, at: "spec.incomingAuth", spec: incomingAuth }, onePlaceForAuthz),
  ...casesAt(
    {
      kind,
      at: "spec.incomingAuth.authzConfig",
      spec: (authzConfig) => incomingAuth({ authzConfig }),
    },
    authzCases,
  ),
  ...casesAt(
    { kind, at: "spec.sessionStorage", spec: (sessionStorage) => spec({ sessionStorage }) },
    sessionStorageCases,
  ),
  ...casesAt({ kind, at: "spec.config.rateLimiting", spec: limited }, rateLimitCases),
  ...casesAt({ kind, at: "spec.config", spec: (config) => spec({ config }) }, gatewayConfigCases),
  ...casesAt(
    { kind, at: "spec.authServerConfig", spec: (authServerConfig) => spec({ authServerConfig }) },
    [...authServerCases, ...trustedIssuerCases],
  ),
];
