import { completeOperational, GatewayConfig } from "@headgate/api";
import type { RateLimitConfig } from "@headgate/ratelimit-types";

const config: GatewayConfig = GatewayConfig.parse({
  name: "tools",
  rateLimiting: { shared: { maxTokens: 600, refillPeriod: "1m0s" } },
});
// The type of a package below is the type used here, not a copy of it.
const limits: RateLimitConfig | undefined = config.rateLimiting;
console.log(limits?.shared?.maxTokens, completeOperational(config.operational).drain.gracePeriod);
