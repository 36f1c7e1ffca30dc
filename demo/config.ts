import type { GatewayConfigInput } from "@headgate/api";
import { stringify } from "yaml";
import type { DemoServer } from "./servers.ts";

/** The limit that the story runs into: small, so that nobody has to wait for long. */
export const LIMIT = { tool: "everything_echo", maxTokens: 3, refillSeconds: 6 } as const;

/** The configuration of the demo's gateway, as YAML. */
export function configText(servers: readonly DemoServer[]): string {
  const config: GatewayConfigInput = {
    name: "headgate-demo",
    backends: [...servers],
    incomingAuth: { type: "anonymous" },
    outgoingAuth: { source: "inline" },
    aggregation: {
      conflictResolution: "prefix",
      conflictResolutionConfig: { prefixFormat: "{workload}_" },
    },
    rateLimiting: {
      tools: [
        {
          name: LIMIT.tool,
          shared: { maxTokens: LIMIT.maxTokens, refillPeriod: `${LIMIT.refillSeconds}s` },
        },
      ],
    },
    sessionStorage: { provider: "memory" },
  };
  return `# Written by the demo, and removed with it.\n${stringify(config, { lineWidth: 0 })}`;
}
