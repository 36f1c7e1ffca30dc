import { memoryStore, type Decision } from "@headgate/token-bucket";
import type { Handler } from "../core/call.ts";
import { relay } from "../core/relay.ts";
import { admit } from "../layers/admit.ts";
import { limitRate } from "../layers/limit-rate.ts";
import { compileToolLimits, type Limit } from "../layers/tool-limits.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { GatewayOptions } from "./gateway-options.ts";
import type { WatchedBackends } from "./watch-backends.ts";

/** How calls are answered, and the limits that they meet on the way. */
interface CallHandling {
  readonly handler: Handler;
  readonly limits: readonly Limit[];
}

/** The way of a call whose backend is known: refused when the backend is down, then by limits, then relayed. */
function answerCalls(
  { config, metrics }: GatewayOptions,
  { health }: WatchedBackends,
  now: () => number,
): CallHandling {
  const { limits, limitsOf } = compileToolLimits(config.rateLimiting ?? {});
  const limiting = limitRate({
    store: memoryStore(),
    limitsOf,
    decided: decisionMeter(metrics),
    now,
  });
  return { handler: admit(health)(limiting(relay)), limits };
}

function decisionMeter({
  limits: meter,
}: Metrics): (limits: readonly Limit[], decision: Decision, tookMs: number) => void {
  return (limits, decision, tookMs) => {
    meter.checked(decision.allowed, tookMs / 1000);
    if (!decision.allowed)
      return meter.rejected("shared", limits[decision.refusedBy[0] ?? 0]?.operation ?? "server");
    for (const { operation } of limits) meter.allowed("shared", operation);
  };
}

export { answerCalls };
