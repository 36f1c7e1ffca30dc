import type { Handler } from "../core/call.ts";
import { relay } from "../core/relay.ts";
import { admit } from "../layers/admit.ts";
import { limitRate } from "../layers/limit-rate.ts";
import { Limiter } from "../layers/limiter.ts";
import type { LiveLimits } from "../limits/live-limits.ts";
import { RefusalLog } from "../telemetry/refusal-log.ts";
import type { GatewayOptions } from "./gateway-options.ts";
import type { StoreOfLimits } from "./store-of-limits.ts";
import type { WatchedBackends } from "./watch-backends.ts";

/** How calls are answered, and who decides on requests that no backend has to see. */
interface CallHandling {
  readonly handler: Handler;
  readonly limiter: Limiter;
}

/** What calls are limited by. */
interface Limiting {
  readonly store: Pick<StoreOfLimits, "store" | "tellsWhatIsLeft">;
  readonly limits: LiveLimits;
  readonly now: () => number;
}

/** The way of a call whose backend is known: refused when the backend is down, then by limits, then relayed. */
function answerCalls(
  { metrics, log }: GatewayOptions,
  { health }: WatchedBackends,
  { store: { store, tellsWhatIsLeft }, limits: live, now }: Limiting,
): CallHandling {
  const refusals = new RefusalLog(log, now);
  const limiter = new Limiter({
    store,
    tellsWhatIsLeft,
    limits: live,
    now,
    decided({ request, set: { limits }, decision, tookMs }) {
      metrics.limits.decided({ limits, decision, seconds: tookMs / 1000 });
      refusals.decided(request, limits, decision);
    },
  });
  return { handler: admit(health)(limitRate(limiter)(relay)), limiter };
}

export { answerCalls };
