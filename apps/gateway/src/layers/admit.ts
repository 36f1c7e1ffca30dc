import type { BackendHealth } from "../backends/health.ts";
import type { Layer } from "../core/call.ts";

/** Fails calls to a backend that cannot be reached at once, before they wait for it or cost anything. */
function admit(health: ReadonlyMap<string, BackendHealth>): Layer {
  return (next) => (call) => {
    const refusal = health.get(call.target.backend)?.refusal();
    if (refusal === undefined) next(call);
    else call.reply.failed(refusal);
  };
}

export { admit };
