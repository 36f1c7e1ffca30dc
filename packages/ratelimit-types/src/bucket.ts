import * as z from "zod";

/** A token bucket: at most `maxTokens` calls at once, refilled evenly over `refillPeriod`. */
export const RateLimitBucket = z.strictObject({
  maxTokens: z
    .int32()
    .min(1)
    .meta({ format: "int32" })
    .describe("Calls the bucket holds when full; also how many it regains in one refill period."),
  refillPeriod: z
    .string()
    .describe('Time in which an empty bucket becomes full again, as a Go duration such as "1m0s".'),
});
export type RateLimitBucket = z.infer<typeof RateLimitBucket>;
