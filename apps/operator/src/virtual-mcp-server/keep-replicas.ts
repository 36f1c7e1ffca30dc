import type { ApiClient, KubeObject, ManagedFieldsEntry } from "@headgate/controller";
import { deployments } from "../cluster/built-in.ts";
import { FIELD_MANAGER } from "../cluster/field-manager.ts";
import { isForeignOperator } from "../reconciler/take-over.ts";

/** Holds a number of replicas that the operator gives up, until somebody else sets one. */
const KEEPER = `${FIELD_MANAGER}-replicas`;

/**
 * Keeps the number of replicas as it is when the operator stops to say it, or takes over from one that did: left to
 * itself, the API server would make it 1. Answers whether the Deployment was written.
 */
export async function keepReplicas(
  client: Pick<ApiClient, "patch">,
  held: KubeObject,
  wish: KubeObject,
  signal: AbortSignal,
): Promise<boolean> {
  const replicas = replicasIn(held);
  if (replicas === undefined || replicasIn(wish) !== undefined || !isOperators(held)) {
    return false;
  }
  const { name = "", namespace = "" } = held.metadata;
  const body = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: { replicas },
  };
  await client.patch(
    deployments,
    { name, namespace },
    { type: "apply", body, fieldManager: KEEPER, force: true, signal },
  );
  return true;
}

function replicasIn(object: KubeObject): unknown {
  const { spec } = object as { readonly spec?: { readonly replicas?: unknown } };
  return spec?.replicas;
}

function isOperators({ metadata }: KubeObject): boolean {
  return (metadata.managedFields ?? []).some((entry) => {
    if (!isOurs(entry) && !isForeignOperator(entry)) return false;
    const spec = entry.fieldsV1?.["f:spec"];
    return typeof spec === "object" && spec !== null && "f:replicas" in spec;
  });
}

function isOurs({ manager, operation, subresource }: ManagedFieldsEntry): boolean {
  return manager === FIELD_MANAGER && operation === "Apply" && subresource === undefined;
}
