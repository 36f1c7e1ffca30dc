export { RateLimitBucket } from "./bucket.ts";
export {
  checkRateLimits,
  EXACT_TOKEN_INTERVAL_US,
  MAX_REFILL_PERIOD_US,
  MIN_TOKEN_INTERVAL_US,
} from "./check.ts";
export { RateLimitConfig, ToolRateLimitConfig } from "./config.ts";
export { type ParsedDuration, parseDuration } from "./duration.ts";
export { LimitMode, LimitRejection, OnStoreFailure } from "./policy.ts";
export type { Problem } from "./problem.ts";
export { LimitedMethod, RateLimitMatch, RateLimitRule } from "./rule.ts";
