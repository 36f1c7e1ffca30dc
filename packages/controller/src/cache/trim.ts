import type { KubeObject, ManagedFieldsEntry } from "../api/object.ts";

/** What of `metadata.managedFields` a cache keeps: all of it, nothing, or only what one manager applied. */
export type KeptManagedFields = "all" | "none" | { readonly of: string };

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** An object without the bulk that nobody reads, and without the copy of a Secret that `kubectl apply` leaves in its metadata. */
export function trimmed<T extends KubeObject>(object: T, kept: KeptManagedFields): T {
  const { managedFields, annotations, ...metadata } = object.metadata;
  const fields = keptOf(managedFields, kept);
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(annotations === undefined ? {} : { annotations: withoutLastApplied(annotations) }),
      ...(fields === undefined || fields.length === 0 ? {} : { managedFields: fields }),
    },
  };
}

function keptOf(
  managedFields: readonly ManagedFieldsEntry[] | undefined,
  kept: KeptManagedFields,
): readonly ManagedFieldsEntry[] | undefined {
  if (kept === "all") return managedFields;
  if (kept === "none") return undefined;
  return managedFields?.filter(
    ({ manager, operation }) => manager === kept.of && operation === "Apply",
  );
}

function withoutLastApplied(annotations: Readonly<Record<string, string>>) {
  if (!(LAST_APPLIED in annotations)) return annotations;
  const { [LAST_APPLIED]: _copy, ...rest } = annotations;
  return rest;
}
