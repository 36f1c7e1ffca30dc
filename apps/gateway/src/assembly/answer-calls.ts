import type { Handler, Peer, Target } from "../core/call.ts";
import { relay } from "../core/relay.ts";
import { askedAlready } from "../edge/asked-already.ts";
import { admit } from "../layers/admit.ts";
import { limitRate } from "../layers/limit-rate.ts";
import { Limiter } from "../layers/limiter.ts";
import { LiveLimits } from "../limits/live-limits.ts";
import type { Message } from "../rpc/message.ts";
import { tagSpan } from "../telemetry/limit-span.ts";
import { RefusalLog } from "../telemetry/refusal-log.ts";
import type { GatewayOptions } from "./gateway-options.ts";
import type { SharedRedis } from "./shared-redis.ts";
import { storeOfLimits, type StoreOfLimits } from "./store-of-limits.ts";
import type { WatchedBackends } from "./watch-backends.ts";

/** How calls are answered, and the limits that they meet on the way. */
interface CallHandling {
  readonly handler: Handler;
  /** Admits a call and asks limits about it; what goes on with it waits for what they say. */
  handleAhead(peer: Peer, request: Message, target: Target): Handler;
  /** Decides on requests that no backend has to see. */
  readonly limiter: Limiter;
  readonly limits: LiveLimits;
  readonly limitStore: StoreOfLimits;
}

/** The way of a call whose backend is known: refused when the backend is down, then by limits, then relayed. */
function answerCalls(
  options: GatewayOptions,
  { health }: WatchedBackends,
  { redis, now }: { redis: SharedRedis | undefined; now: () => number },
): CallHandling {
  const { config, metrics, log } = options;
  const limits = new LiveLimits(config.rateLimiting);
  const limitStore = storeOfLimits(options, redis);
  const refusals = new RefusalLog(log, now);
  const limiter = new Limiter({
    store: limitStore.store,
    tellsWhatIsLeft: limitStore.tellsWhatIsLeft,
    limits,
    now,
    decided({ request, set, decision, tookMs }) {
      metrics.limits.decided({ limits: set.limits, decision, seconds: tookMs / 1000 });
      refusals.decided(request, set.limits, decision);
      tagSpan(set.limits, decision);
    },
  });
  return {
    handler: admit(health)(limitRate(limiter)(relay)),
    handleAhead({ caller }, { id, method }, { backend, name, typedOutput }) {
      const refusal = health.get(backend)?.refusal();
      if (refusal !== undefined) return ({ reply }) => reply.failed(refusal);
      const verdict = limiter.decide({ id, method, name, backend, typedOutput }, caller);
      return limitRate(askedAlready(verdict))(relay);
    },
    limiter,
    limits,
    limitStore,
  };
}

export { answerCalls };
