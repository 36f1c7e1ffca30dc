import type { Decision, MemoryStore, TokenBucketStore } from "@headgate/token-bucket";
import type { Call, Layer } from "../core/call.ts";
import { GatewayError } from "../rpc/errors.ts";
import { refusalOf } from "./refusal.ts";
import type { Limit, LimitsOf } from "./tool-limits.ts";

/** What the limiting layer is made of. */
interface LimitRateOptions {
  readonly store: TokenBucketStore | MemoryStore;
  readonly limitsOf: LimitsOf;
  readonly now: () => number;
  /** Hears every decision, and how many milliseconds it took, for metrics. */
  decided(limits: readonly Limit[], decision: Decision, tookMs: number): void;
}

/** Lets a tool call through only when every bucket that applies to it has a token, and then takes one from each. */
function limitRate(options: LimitRateOptions): Layer {
  return (next) => (call) => {
    if (call.request.method !== "tools/call") return next(call);
    const { limits, buckets } = options.limitsOf(call.target.name);
    if (limits.length === 0) return next(call);
    const startedMs = options.now();
    const settle = (decision: Decision): void => {
      options.decided(limits, decision, options.now() - startedMs);
      if (decision.allowed) return next(call);
      const { text, headers } = refusalOf(call, limits, decision);
      call.reply.refuse(text, headers);
    };
    const decision = options.store.take({ buckets });
    if (decision instanceof Promise)
      decision.then(settle).catch((thrown: unknown) => fail(call, thrown));
    else settle(decision);
  };
}

function fail(call: Call, thrown: unknown): void {
  call.reply.failed(GatewayError.from(thrown));
}

export { limitRate };
