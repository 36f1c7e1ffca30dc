/** One backend as the configuration has it. */
export type Backend = Record<string, unknown> & { name: string };

/** A complete configuration of these backends; `more` adds blocks or puts others in place. */
export function configOf(backends: Backend[], more: Record<string, unknown> = {}): object {
  return {
    name: "test-gateway",
    groupRef: "test",
    incomingAuth: { type: "anonymous" },
    outgoingAuth: { source: "inline", default: { type: "unauthenticated" } },
    aggregation: {
      conflictResolution: "prefix",
      conflictResolutionConfig: { prefixFormat: "{workload}_" },
    },
    ...more,
    backends,
  };
}

/** The aggregation block in which every name stays as it is, and the first backend in order wins. */
export function priority(...priorityOrder: string[]): Record<string, unknown> {
  return {
    aggregation: { conflictResolution: "priority", conflictResolutionConfig: { priorityOrder } },
  };
}

/** A backend over streamable HTTP. */
export function http(name: string, url: string): Backend {
  return { name, transport: "streamable-http", url };
}
