import { completeOperational, GatewayConfig } from "@headgate/api";
import { KINDS, VirtualMCPServer } from "@headgate/api/kinds";
import { RULE_CASES } from "@headgate/api/rule-cases";
import type { RateLimitConfig } from "@headgate/ratelimit-types";

const config: GatewayConfig = GatewayConfig.parse({
  name: "tools",
  rateLimiting: { shared: { maxTokens: 600, refillPeriod: "1m0s" } },
});
// The type of a package below is the type used here, not a copy of it.
const limits: RateLimitConfig | undefined = config.rateLimiting;
const server: VirtualMCPServer = {
  apiVersion: VirtualMCPServer.apiVersion,
  kind: VirtualMCPServer.kind,
  metadata: { name: "tools" },
  spec: VirtualMCPServer.spec.parse({
    groupRef: { name: "team" },
    incomingAuth: { type: "anonymous" },
  }),
};
const isAKind = KINDS.some(({ kind }) => kind === server.kind);
if (!isAKind || server.spec?.serviceType !== "ClusterIP" || RULE_CASES.length === 0) {
  throw new Error("kinds are not what they say");
}
console.log(limits?.shared?.maxTokens, completeOperational(config.operational).drain.gracePeriod);
