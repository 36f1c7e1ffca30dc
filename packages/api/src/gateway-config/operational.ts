import { boundedText } from "@headgate/kube-schema";
import * as z from "zod";
import { DurationText } from "./duration-text.ts";
import { EdgeLimits, ProcessLimits, SessionLimits } from "./edge-limits.ts";
import { FailureHandling } from "./failure-handling.ts";

/** How long a backend may take to answer. */
export const Timeouts = z.strictObject({
  default: DurationText.default("30s").describe(
    "Time for one call to any backend not named in `perWorkload`.",
  ),
  perWorkload: z
    .record(z.string(), DurationText)
    .optional()
    .describe("Times of their own for single backends, by name."),
});
export type Timeouts = z.infer<typeof Timeouts>;

/** How the gateway takes its leave when it is told to stop. */
export const Drain = z.strictObject({
  delay: DurationText.default("0s").describe(
    "Time it goes on serving while `/readyz` already fails, so that a load balancer can notice.",
  ),
  gracePeriod: DurationText.default("30s").describe(
    "Time that calls in flight then have to finish.",
  ),
  timeout: DurationText.optional().describe("Another name of `gracePeriod`, which it replaces."),
});
export type Drain = z.infer<typeof Drain>;

const HostName = boundedText(261).min(1);
const Origin = boundedText(2_048).min(1);

/** How the gateway runs: time-outs, failures, limits, start and stop. */
export const Operational = z.strictObject({
  logLevel: z
    .enum(["debug"])
    .optional()
    .describe("`debug` logs more; the usual amount when omitted."),
  timeouts: Timeouts.optional().describe(
    "How long backends may take to answer; when omitted, a call ends only after a long silence of its backend.",
  ),
  failureHandling: FailureHandling.optional().describe(
    "How failing backends are noticed and dealt with.",
  ),
  startupWait: DurationText.default("2s").describe(
    "Longest time a client's first request waits for backends that are still starting.",
  ),
  drain: Drain.optional().describe("How the gateway stops."),
  sessions: SessionLimits.optional().describe("Limits on client sessions."),
  processes: ProcessLimits.optional().describe("Limits on child processes of `stdio` backends."),
  maxConnectionsPerBackend: z
    .int()
    .min(1)
    .max(65_535)
    .default(256)
    .describe(
      "Sockets for calls to one `streamable-http` backend; a further call waits for one, and up to four for each may wait.",
    ),
  limits: EdgeLimits.optional().describe("Limits on single requests."),
  allowedHosts: z
    .array(HostName)
    .max(100)
    .optional()
    .describe(
      "Host names, with or without a port, under which the gateway answers besides its own address.",
    ),
  allowedOrigins: z
    .array(Origin)
    .max(100)
    .optional()
    .describe("Web origins whose pages may call the gateway, besides its own."),
});
export type Operational = z.infer<typeof Operational>;
