import type { KubeObject, ManagedFieldsEntry } from "../api/object.ts";
import { isOf } from "./applied.ts";
import { isRecord } from "./field-path.ts";

/** Whose fields go to whom. */
export interface TakeOver {
  /** Whether an entry of `managedFields` is given up. */
  readonly from: (entry: ManagedFieldsEntry) => boolean;
  /** The manager that applies from now on. */
  readonly to: string;
}

/** One operation of a JSON patch. */
export interface JsonPatchOperation {
  readonly op: "replace";
  readonly path: string;
  readonly value: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Plans a JSON patch that makes one manager the applier of all that others owned, so that its next apply takes away
 * what it does not want. Undefined when there is nothing to take over. The patch is refused (409) when the object has
 * changed since, and it needs the object with all its `managedFields`: read it, do not take it from a cache.
 */
export function planTakeOver(
  object: KubeObject,
  { from, to }: TakeOver,
): readonly JsonPatchOperation[] | undefined {
  const entries = object.metadata.managedFields ?? [];
  const taken = entries.filter((entry) => from(entry) && !isOf(entry, to, entry.subresource));
  if (taken.length === 0) return undefined;
  const kept = entries.filter((entry) => !taken.includes(entry));
  const subresources = new Set(taken.map(({ subresource }) => subresource ?? ""));
  const merged = [...subresources].map((subresource) => {
    const ours = kept.find((entry) => isOf(entry, to, subresource));
    const theirs = taken.filter((entry) => (entry.subresource ?? "") === subresource);
    return mergedEntry([...(ours === undefined ? [] : [ours]), ...theirs], to);
  });
  const others = kept.filter(
    (entry) => !subresources.has(entry.subresource ?? "") || !isOf(entry, to, entry.subresource),
  );
  return [
    { op: "replace", path: "/metadata/managedFields", value: [...others, ...merged] },
    {
      op: "replace",
      path: "/metadata/resourceVersion",
      value: object.metadata.resourceVersion ?? "",
    },
  ];
}

// The first entry gives version and time: ours, if there was one.
function mergedEntry(entries: readonly ManagedFieldsEntry[], manager: string): ManagedFieldsEntry {
  const [first = {}] = entries;
  return {
    ...first,
    manager,
    operation: "Apply",
    fieldsType: "FieldsV1",
    fieldsV1: entries.map(({ fieldsV1 }) => fieldsV1 ?? {}).reduce(union),
  };
}

/** All fields that are in either set. */
export function union(a: Fields, b: Fields): Fields {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries(
    [...names].map((name) => [name, unionOfMembers(a[name], b[name])] as const),
  );
}

// `{}` is a field that is owned itself; beside others in it that is said by `.`.
function unionOfMembers(a: unknown, b: unknown): unknown {
  if (!isRecord(a)) return b;
  if (!isRecord(b)) return a;
  const leaf = Object.keys(a).length === 0 || Object.keys(b).length === 0;
  const both = union(a, b);
  return leaf && Object.keys(both).length > 0 ? { ".": {}, ...both } : both;
}
