import type { Call, Layer } from "../core/call.ts";
import { GatewayError } from "../rpc/errors.ts";
import type { Limiter, Verdict } from "./limiter.ts";

/** Lets a call through only when every limit that is over it has room for it. */
function limitRate(limiter: Pick<Limiter, "decide">): Layer {
  return (next) => (call) => {
    const { request, target, peer } = call;
    const { backend, name, typedOutput } = target;
    const { id, method } = request;
    const verdict = limiter.decide({ id, method, name, backend, typedOutput }, peer.caller);
    if (verdict === undefined) return next(call);
    const settle = (settled: Verdict): void => {
      // Cancelled while the store was asked: what it cost is spent, but nobody waits for an answer.
      if (call.reply.finished) return;
      if (!settled.passes) return call.reply.refuse(settled.refusal);
      if (settled.addition !== undefined) call.reply.add(settled.addition);
      next(call);
    };
    if (!(verdict instanceof Promise)) return settle(verdict);
    const failed = (thrown: unknown): void => fail(call, thrown);
    // One promise, not two: every call pays for them.
    verdict.then((settled) => {
      try {
        settle(settled);
      } catch (thrown) {
        failed(thrown);
      }
    }, failed);
  };
}

function fail(call: Call, thrown: unknown): void {
  call.reply.failed(GatewayError.from(thrown));
}

export { limitRate };
