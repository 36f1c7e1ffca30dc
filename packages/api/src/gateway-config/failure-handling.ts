import { withRules } from "@headgate/kube-schema";
import { parseDuration } from "@headgate/ratelimit-types";
import * as z from "zod";
import { DurationText } from "./duration-text.ts";

const SECOND_US = 1_000_000;

const BreakerTimeout = withRules(DurationText, [
  {
    cel: "self == '' || duration(self) >= duration('1s')",
    message: "timeout must be >= 1s",
    holds: (text) => {
      const timeout = parseDuration(text);
      return text === "" || (timeout.ok && timeout.microseconds >= SECOND_US);
    },
  },
]);

/** When a backend that keeps failing is left alone for a while. */
export const CircuitBreaker = z.strictObject({
  enabled: z.boolean().default(false).describe("Whether failing backends are cut off."),
  failureThreshold: z
    .int()
    .min(1)
    .default(5)
    .describe("Failures in a row after which a backend is cut off."),
  timeout: BreakerTimeout.default("60s").describe(
    "Time after which one request tries a backend that was cut off.",
  ),
});
export type CircuitBreaker = z.infer<typeof CircuitBreaker>;

/** How the health of backends is watched, and what follows from it. */
export const FailureHandling = z.strictObject({
  healthCheckInterval: DurationText.default("30s").describe(
    "Time between two checks of a backend.",
  ),
  healthCheckTimeout: DurationText.default("10s").describe(
    "Time a check may take; shorter than the interval.",
  ),
  unhealthyThreshold: z
    .int()
    .default(3)
    .describe("Failed checks in a row that make a backend unhealthy."),
  statusReportingInterval: DurationText.default("30s").describe(
    "Time between two reports of status to Kubernetes.",
  ),
  partialFailureMode: z
    .enum(["fail", "best_effort"])
    .default("fail")
    .describe(
      "What a list request gets while a backend is down: an error, or what the others offer.",
    ),
  circuitBreaker: CircuitBreaker.optional().describe("When a failing backend is left alone."),
});
export type FailureHandling = z.infer<typeof FailureHandling>;
