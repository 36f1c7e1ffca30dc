import type { VirtualMCPServerSpec } from "@headgate/api/kinds";
import { namesFor, objectLabels, PORT, selectorLabels } from "../names.ts";
import type { Json } from "../strategic-merge.ts";
import type { Owned, Wish } from "./objects.ts";

function metadata({ namespace, server, owner }: Owned): Wish["metadata"] {
  const { deployment } = namesFor(server);
  return { name: deployment, namespace, labels: objectLabels(server), ownerReferences: [owner] };
}

/** Keeps gateways from being taken away all at once. */
export function disruptionBudget(
  owned: Owned,
  { maxUnavailable }: NonNullable<VirtualMCPServerSpec["podDisruptionBudget"]>,
): Wish {
  const selector = { matchLabels: selectorLabels(owned.server) };
  return { metadata: metadata(owned), spec: { maxUnavailable, selector } };
}

/** Lets the load decide how many gateways run. */
export function autoscaler(
  owned: Owned,
  scaling: NonNullable<VirtualMCPServerSpec["autoscaling"]>,
): Wish {
  const { minReplicas, maxReplicas, targetCPUUtilizationPercentage } = scaling;
  const target = { type: "Utilization", averageUtilization: targetCPUUtilizationPercentage };
  return {
    metadata: metadata(owned),
    spec: {
      scaleTargetRef: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        name: namesFor(owned.server).deployment,
      },
      minReplicas,
      maxReplicas,
      metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
    },
  };
}

/** Closes the port of the gateways to everybody but Pods of their own namespace and those that are named. */
export function networkPolicy(
  owned: Owned,
  { fromNamespaces = [], fromCidrs = [] }: NonNullable<VirtualMCPServerSpec["networkPolicy"]>,
): Wish {
  const from = [
    { podSelector: {} },
    ...fromNamespaces.map((name) => ({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
    })),
    ...fromCidrs.map((cidr) => ({ ipBlock: { cidr } })),
  ];
  return {
    metadata: metadata(owned),
    spec: {
      podSelector: { matchLabels: selectorLabels(owned.server) },
      policyTypes: ["Ingress"],
      ingress: [{ from, ports: [{ protocol: "TCP", port: PORT }] }],
    },
  };
}

/** Spreads gateways over these labels of nodes, where that is possible. */
export function spreadOver(
  server: string,
  topologyKeys: readonly string[] = [],
): { readonly topologySpreadConstraints?: readonly Json[] } {
  if (topologyKeys.length === 0) return {};
  const labelSelector = { matchLabels: selectorLabels(server) };
  return {
    topologySpreadConstraints: [...new Set(topologyKeys)].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector,
    })),
  };
}
