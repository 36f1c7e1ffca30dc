import type { KindReconciler } from "./reconciler/kind-reconciler.ts";
import { virtualMcpServerReconciler } from "./virtual-mcp-server/reconcile.ts";

/** Every kind that is acted on. */
export const KIND_RECONCILERS: readonly KindReconciler[] = [virtualMcpServerReconciler];
