const WORKLOADS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

// Never reached, but looked at on every call.
const HUGE = { maxTokens: 1_000_000_000, refillPeriod: "720h0m0s" };

/** The names under which the gateway lists the echo tools of its first `count` backends. */
export function gatewayTools(count: number): readonly string[] {
  return WORKLOADS.slice(0, count).map((workload) => `${workload}_echo`);
}

/** The gateway's file for these backends, with a shared and a per-tool limit on the tool that is called. */
export function gatewayConfig(backendUrls: readonly string[]): object {
  const backends = backendUrls.map((url, index) => ({
    name: WORKLOADS[index],
    transport: "streamable-http",
    url,
  }));
  return {
    name: "bench",
    groupRef: "bench",
    incomingAuth: { type: "anonymous" },
    outgoingAuth: { source: "inline", default: { type: "unauthenticated" } },
    aggregation: {
      conflictResolution: "prefix",
      conflictResolutionConfig: { prefixFormat: "{workload}_" },
    },
    backends,
    rateLimiting: { shared: HUGE, tools: [{ name: `${WORKLOADS[0]}_echo`, shared: HUGE }] },
  };
}
