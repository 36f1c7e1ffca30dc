import type { KindReconciler } from "../reconciler/kind-reconciler.ts";

/** Makes gateways of VirtualMCPServers. */
export const virtualMcpServerReconciler: KindReconciler = {
  name: "virtualmcpservers",
  of: "virtualMcpServers",
  owns: [
    "configMaps",
    "secrets",
    "services",
    "serviceAccounts",
    "roles",
    "roleBindings",
    "deployments",
  ],
  concurrency: 4,
  create: () => async () => undefined,
};
