import { boundedText, type Rule, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { Count } from "../blocks/integer.ts";

const Replicas = Count.min(1);
const Percentage = z.int32().min(1).max(100).meta({ format: "int32" });

const scalingFields = z.strictObject({
  minReplicas: Replicas.default(2).describe("Fewest gateways."),
  maxReplicas: Replicas.describe("Most gateways."),
  targetCPUUtilizationPercentage: Percentage.default(80).describe(
    "Share of the requested processor time, in percent, that gateways are kept at.",
  ),
});

const scalingRule: Rule<z.infer<typeof scalingFields>> = {
  cel: "self.minReplicas <= self.maxReplicas",
  message: "minReplicas must not be more than maxReplicas",
  holds: ({ minReplicas, maxReplicas }) => minReplicas <= maxReplicas,
};

/** How the number of gateways follows their load. */
export const GatewayAutoscaling = withRules(scalingFields, [scalingRule]);
export type GatewayAutoscaling = z.infer<typeof GatewayAutoscaling>;

/** How many gateways may be taken away at a time, when nodes are emptied. */
export const GatewayDisruption = z.strictObject({
  maxUnavailable: Replicas.default(1).describe("Most gateways that may be away by intent."),
});
export type GatewayDisruption = z.infer<typeof GatewayDisruption>;

/** Who may reach the gateways over the network. */
export const GatewayNetworkPolicy = z.strictObject({
  fromNamespaces: z
    .array(boundedText(63).min(1))
    .max(100)
    .optional()
    .describe("Names of the namespaces whose Pods may, besides the gateway's own."),
  fromCidrs: z
    .array(boundedText(43).min(1))
    .max(100)
    .optional()
    .describe(
      "Address ranges that may, such as `10.0.0.0/8`; that of the API server has to be among them for `status.discoveredBackends` to be known.",
    ),
});
export type GatewayNetworkPolicy = z.infer<typeof GatewayNetworkPolicy>;

/** Over which labels of nodes gateways are spread. */
export const TopologySpread = z
  .array(boundedText(253).min(1))
  .min(1)
  .max(8)
  .describe(
    "Labels of nodes, such as `topology.kubernetes.io/zone`, over which gateways are spread evenly where that is possible.",
  );
