import type { Block, BlockCase } from "./rule-case.ts";

const bucket: Block = { maxTokens: 10, refillPeriod: "1m0s" };

/** Cases of `rateLimiting`. */
export const rateLimitCases: readonly BlockCase[] = [
  {
    at: "",
    message: "at least one of shared, perUser, or tools must be configured",
    accepted: { tools: [{ name: "search", shared: bucket }] },
    refused: { tools: [] },
  },
  {
    at: ".tools[0]",
    message: "at least one of shared or perUser must be configured",
    accepted: { tools: [{ name: "search", shared: bucket }] },
    refused: { tools: [{ name: "search" }] },
  },
  {
    at: ".rules[0]",
    message: "cost must not be more than bucket.maxTokens, or no request would ever pass",
    accepted: { rules: [{ name: "costly", bucket, cost: 10 }] },
    refused: { rules: [{ name: "costly", bucket, cost: 11 }] },
  },
];

/** Limits by what they need: nobody, the caller of any tool, that of one tool, that of a rule. */
export const limits = {
  shared: { shared: bucket },
  perUser: { perUser: bucket },
  perToolUser: { tools: [{ name: "search", perUser: bucket }] },
  perRuleUser: { rules: [{ name: "each", per: ["user"], bucket }] },
} as const;

/** Storage that limits can be kept in. */
export const redis: Block = { provider: "redis", address: "redis:6379" };

/** Cases of `sessionStorage`. */
export const sessionStorageCases: readonly BlockCase[] = [
  { at: "", message: "address is required", accepted: redis, refused: { provider: "redis" } },
  {
    at: "",
    message: "address is required",
    accepted: { provider: "redis", url: "rediss://redis:6379/1" },
    refused: { provider: "redis", tls: {} },
  },
];

const inline: Block = { policies: ["permit(principal, action, resource);"] };

/** Cases of `authzConfig`. */
export const authzCases: readonly BlockCase[] = [
  {
    at: "",
    message: "configMap must be set when type is 'configMap', and must not be set otherwise",
    accepted: { configMap: { name: "authz" } },
    refused: { type: "configMap" },
  },
  {
    at: "",
    message: "configMap must be set when type is 'configMap', and must not be set otherwise",
    accepted: { type: "configMap", configMap: { name: "authz", key: "policies.json" } },
    refused: { type: "inline", inline, configMap: { name: "authz" } },
  },
  {
    at: "",
    message: "inline must be set when type is 'inline', and must not be set otherwise",
    accepted: { type: "inline", inline },
    refused: { type: "inline" },
  },
  {
    at: "",
    message: "inline must be set when type is 'inline', and must not be set otherwise",
    accepted: { type: "inline", inline: { ...inline, entitiesJson: "[]" } },
    refused: { type: "configMap", configMap: { name: "authz" }, inline },
  },
];

/** Cases of an object that has policies of its own or refers to an MCPAuthzConfig. */
export const onePlaceForAuthz: readonly BlockCase[] = [
  {
    at: "",
    message:
      "authzConfig and authzConfigRef are mutually exclusive; use authzConfigRef to reference a shared MCPAuthzConfig",
    accepted: { authzConfigRef: { name: "shared" } },
    refused: { authzConfigRef: { name: "shared" }, authzConfig: { type: "inline", inline } },
  },
];
