import type { GatewayConfig } from "@headgate/api";

/** The blocks that a running gateway takes anew while it runs; a change of any other needs a new process. */
const LIVE_BLOCKS: ReadonlySet<string> = new Set<keyof GatewayConfig>([
  "rateLimiting",
  "backends",
  "outgoingAuth",
  "aggregation",
]);

export { LIVE_BLOCKS };
