import { type ApiClient, type KubeObject, type ManagedFieldsEntry } from "@headgate/controller";
import { deployments } from "../cluster/built-in.ts";
import { FIELD_MANAGER } from "../cluster/field-manager.ts";

/** Holds a number of replicas that the operator gives up, until somebody else sets one. */
const KEEPER = `${FIELD_MANAGER}-replicas`;

/** Keeps the number of replicas as it is when the operator stops to say it: left to itself, the API server would make it 1. */
export async function keepReplicas(
  client: Pick<ApiClient, "patch">,
  held: KubeObject,
  wish: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  const replicas = replicasIn(held);
  if (replicas === undefined || replicasIn(wish) !== undefined || !ownsReplicas(held)) return;
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
}

function replicasIn(object: KubeObject): unknown {
  const { spec } = object as { readonly spec?: { readonly replicas?: unknown } };
  return spec?.replicas;
}

function ownsReplicas({ metadata }: KubeObject): boolean {
  const ours = (entry: ManagedFieldsEntry) =>
    entry.manager === FIELD_MANAGER &&
    entry.operation === "Apply" &&
    entry.subresource === undefined;
  const spec = metadata.managedFields?.find(ours)?.fieldsV1?.["f:spec"];
  return typeof spec === "object" && spec !== null && "f:replicas" in spec;
}
