import type { Rule } from "@headgate/kube-schema";
import type { RateLimitConfig } from "@headgate/ratelimit-types";

interface Spec {
  readonly incomingAuth: { readonly type: string };
  readonly sessionStorage?: { readonly provider: string } | undefined;
  readonly embeddingServerRef?: unknown;
  readonly config?:
    | {
        readonly rateLimiting?: RateLimitConfig | undefined;
        readonly optimizer?: { readonly embeddingProvider: string } | undefined;
      }
    | undefined;
}

const knowsCallers = ({ incomingAuth }: Spec) => incomingAuth.type === "oidc";

const limitRules: readonly Rule<Spec>[] = [
  {
    cel: "!has(self.config) || !has(self.config.rateLimiting) || (has(self.sessionStorage) && self.sessionStorage.provider == 'redis')",
    message: "config.rateLimiting requires sessionStorage with provider 'redis'",
    holds: ({ config, sessionStorage }) =>
      config?.rateLimiting === undefined || sessionStorage?.provider === "redis",
  },
  {
    cel: "!(has(self.config) && has(self.config.rateLimiting) && has(self.config.rateLimiting.perUser)) || (has(self.incomingAuth) && self.incomingAuth.type == 'oidc')",
    message: "config.rateLimiting.perUser requires incomingAuth.type oidc",
    holds: (spec) => spec.config?.rateLimiting?.perUser === undefined || knowsCallers(spec),
  },
  {
    cel: "!has(self.config) || !has(self.config.rateLimiting) || !has(self.config.rateLimiting.tools) || self.config.rateLimiting.tools.all(t, !has(t.perUser)) || (has(self.incomingAuth) && self.incomingAuth.type == 'oidc')",
    message: "per-tool perUser rate limiting requires incomingAuth.type oidc",
    holds: (spec) =>
      (spec.config?.rateLimiting?.tools ?? []).every(({ perUser }) => perUser === undefined) ||
      knowsCallers(spec),
  },
];

const embeddingRule: Rule<Spec> = {
  cel: "!(has(self.embeddingServerRef) && has(self.config) && has(self.config.optimizer) && has(self.config.optimizer.embeddingProvider) && self.config.optimizer.embeddingProvider == 'openai')",
  message:
    "embeddingServerRef provisions a managed TEI server and cannot be combined with optimizer.embeddingProvider 'openai'; openai mode uses embeddingService directly",
  holds: ({ embeddingServerRef, config }) =>
    embeddingServerRef === undefined || config?.optimizer?.embeddingProvider !== "openai",
};

// The one rule that upstream does not have, about limits that it does not have either.
const ruleOwnerRule: Rule<Spec> = {
  cel: "!has(self.config) || !has(self.config.rateLimiting) || !has(self.config.rateLimiting.rules) || self.config.rateLimiting.rules.all(r, !has(r.per) || size(r.per) == 0) || (has(self.incomingAuth) && self.incomingAuth.type == 'oidc')",
  message: "config.rateLimiting.rules with per user require incomingAuth.type oidc",
  holds: (spec) =>
    (spec.config?.rateLimiting?.rules ?? []).every(({ per = [] }) => per.length === 0) ||
    knowsCallers(spec),
};

/** What the blocks of a VirtualMCPServer must be to each other. */
export const virtualMcpServerRules: readonly Rule<Spec>[] = [
  ...limitRules,
  embeddingRule,
  ruleOwnerRule,
];
