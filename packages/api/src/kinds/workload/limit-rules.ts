import type { Rule } from "@headgate/kube-schema";
import type { RateLimitConfig } from "@headgate/ratelimit-types";

interface Spec {
  readonly rateLimiting?: RateLimitConfig | undefined;
  readonly sessionStorage?: { readonly provider: string } | undefined;
  readonly oidcConfigRef?: unknown;
  readonly externalAuthConfigRef?: unknown;
}

const knowsCallers = ({ oidcConfigRef, externalAuthConfigRef }: Spec) =>
  oidcConfigRef !== undefined || externalAuthConfigRef !== undefined;

/** What limits of an MCPServer need of the rest of its spec. */
export const limitRules: readonly Rule<Spec>[] = [
  {
    cel: "!has(self.rateLimiting) || (has(self.sessionStorage) && self.sessionStorage.provider == 'redis')",
    message: "rateLimiting requires sessionStorage with provider 'redis'",
    holds: ({ rateLimiting, sessionStorage }) =>
      rateLimiting === undefined || sessionStorage?.provider === "redis",
  },
  {
    cel: "!(has(self.rateLimiting) && has(self.rateLimiting.perUser)) || has(self.oidcConfigRef) || has(self.externalAuthConfigRef)",
    message:
      "rateLimiting.perUser requires authentication (oidcConfigRef or externalAuthConfigRef)",
    holds: (spec) => spec.rateLimiting?.perUser === undefined || knowsCallers(spec),
  },
  {
    cel: "!has(self.rateLimiting) || !has(self.rateLimiting.tools) || self.rateLimiting.tools.all(t, !has(t.perUser)) || has(self.oidcConfigRef) || has(self.externalAuthConfigRef)",
    message:
      "per-tool perUser rate limiting requires authentication (oidcConfigRef or externalAuthConfigRef)",
    holds: (spec) =>
      (spec.rateLimiting?.tools ?? []).every(({ perUser }) => perUser === undefined) ||
      knowsCallers(spec),
  },
  {
    cel: "!has(self.rateLimiting) || !has(self.rateLimiting.rules) || self.rateLimiting.rules.all(r, !has(r.per) || size(r.per) == 0) || has(self.oidcConfigRef) || has(self.externalAuthConfigRef)",
    message:
      "rateLimiting.rules with per user require authentication (oidcConfigRef or externalAuthConfigRef)",
    holds: (spec) =>
      (spec.rateLimiting?.rules ?? []).every(({ per = [] }) => per.length === 0) ||
      knowsCallers(spec),
  },
];
