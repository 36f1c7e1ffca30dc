import type { GatewayConfigInput } from "@headgate/api";

type BackendInput = NonNullable<GatewayConfigInput["backends"]>[number];

/** The configuration of a gateway for one person on one machine: everybody may call, every name is prefixed. */
function localConfig(name: string, backends: readonly BackendInput[]): GatewayConfigInput {
  return {
    name,
    backends: [...backends],
    incomingAuth: { type: "anonymous" },
    outgoingAuth: { source: "inline" },
    aggregation: {
      conflictResolution: "prefix",
      conflictResolutionConfig: { prefixFormat: "{workload}_" },
    },
  };
}

/** The transport that an MCP address is for when nobody says: SSE servers are found at …/sse by custom. */
function customaryTransport(url: string): "sse" | "streamable-http" {
  return URL.parse(url)?.pathname.endsWith("/sse") ? "sse" : "streamable-http";
}

export { customaryTransport, localConfig, type BackendInput };
