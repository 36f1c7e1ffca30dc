import { checkRateLimits, RateLimitConfig } from "@headgate/ratelimit-types";

const limits: RateLimitConfig = RateLimitConfig.parse({
  shared: { maxTokens: 600, refillPeriod: "1m0s" },
});
const unreadable = RateLimitConfig.safeParse({ shared: { maxTokens: 0, refillPeriod: "1m0s" } });
console.log(limits.shared?.maxTokens, checkRateLimits(limits).length, unreadable.success);
