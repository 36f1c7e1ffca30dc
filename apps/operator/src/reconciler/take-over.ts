import {
  type ApiClient,
  ControllerError,
  type Kind,
  type KubeObject,
  type ManagedFieldsEntry,
  planTakeOver,
} from "@headgate/controller";
import { FIELD_MANAGER } from "../cluster/field-manager.ts";

/** Who changes things that are none of the operator's business: people, and controllers of the cluster itself. */
const OTHERS = /^(kubectl|helm|kube-controller-manager|kube-scheduler|kubelet|kube-apiserver)/;

/** Whether an entry of `managedFields` belongs to another operator of the same objects. */
export function isForeignOperator(entry: ManagedFieldsEntry): boolean {
  return (
    entry.operation === "Update" &&
    entry.manager !== FIELD_MANAGER &&
    !OTHERS.test(entry.manager ?? "") &&
    (entry.subresource ?? "") === ""
  );
}

/** The same for the status of our own kinds, which people and the cluster do not write. */
export function isForeignStatus(entry: ManagedFieldsEntry): boolean {
  return (
    entry.operation === "Update" &&
    entry.manager !== FIELD_MANAGER &&
    !entry.manager?.startsWith("kubectl") &&
    entry.subresource === "status"
  );
}

/** Whether the operator has applied anything to an object, as the cache holds it. */
export function isApplied(live: KubeObject, subresource = ""): boolean {
  return (
    live.metadata.managedFields?.some(
      (entry) =>
        entry.manager === FIELD_MANAGER &&
        entry.operation === "Apply" &&
        (entry.subresource ?? "") === subresource,
    ) === true
  );
}

/** Makes the status that another operator wrote ours, before the first time that we write it: its fields would stay for ever. */
export async function adoptStatus<T extends KubeObject & { readonly status?: unknown }>(
  client: Pick<ApiClient, "get" | "patch">,
  kind: Kind<T>,
  live: T,
  signal: AbortSignal,
): Promise<void> {
  if (live.status === undefined || isApplied(live, "status")) return;
  const { namespace = "", name = "" } = live.metadata;
  const object = await client.get(kind, { namespace, name }, signal);
  if (object !== undefined) await takeOver(client, kind, { object, from: isForeignStatus }, signal);
}

/**
 * Makes the fields of another operator ours, so that the next apply takes away what is not wanted. Throws `conflict`
 * when the object changed meanwhile: applied to then, it would keep the other's fields for ever.
 */
export async function takeOver<T extends KubeObject>(
  client: Pick<ApiClient, "patch">,
  kind: Kind<T>,
  { object, from }: { object: T; from: (entry: ManagedFieldsEntry) => boolean },
  signal: AbortSignal,
): Promise<void> {
  const patch = planTakeOver(object, { from, to: FIELD_MANAGER });
  if (patch === undefined) return;
  const { namespace = "", name = "" } = object.metadata;
  const json = { type: "json", body: patch, signal } as const;
  const result = await client.patch(kind, { namespace, name }, json);
  if (result.outcome === "conflict") throw new ControllerError("conflict", result.message);
}
