import { apiVersionOf, type Kind } from "../api/kind.ts";
import type { KubeObject, ManagedFieldsEntry } from "../api/object.ts";
import { isRecord } from "./field-path.ts";
import { isSameIntent } from "./same-intent.ts";

/** Who applies what to which part of an object. */
export interface Intent {
  readonly kind: Kind;
  /** The fields that the manager wants, and no others. */
  readonly object: KubeObject;
  readonly manager: string;
  /** `status`, for example; without it the object itself. */
  readonly subresource?: string;
}

// What names an object belongs to nobody.
const NEVER_OWNED = new Set([
  "name",
  "namespace",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "managedFields",
]);

/**
 * Whether an apply would change nothing, judged from an object that still has what `managedFields` says of the manager.
 * Without that it answers false, as it does wherever it cannot know.
 */
export function isApplied(live: KubeObject, intent: Intent): boolean {
  const { manager, subresource } = intent;
  const entry = live.metadata.managedFields?.find((one) => isOf(one, manager, subresource));
  if (entry?.fieldsV1 === undefined || entry.apiVersion !== apiVersionOf(intent.kind)) return false;
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = intent.object;
  const owned = Object.entries(metadata).filter(([name]) => !NEVER_OWNED.has(name));
  const withMetadata = owned.length > 0 && subresource === undefined;
  const wanted = withMetadata ? { ...rest, metadata: Object.fromEntries(owned) } : rest;
  return isSameIntent({ fields: entry.fieldsV1, wanted, live });
}

/** Whether an entry of `managedFields` is what a manager applied to an object or to one of its subresources. */
export function isOf(
  entry: ManagedFieldsEntry,
  manager: string,
  subresource: string | undefined,
): boolean {
  const isFields = entry.fieldsV1 === undefined || isRecord(entry.fieldsV1);
  return (
    isFields &&
    entry.manager === manager &&
    entry.operation === "Apply" &&
    (entry.subresource ?? "") === (subresource ?? "")
  );
}
