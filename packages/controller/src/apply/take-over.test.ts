import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ManagedFieldsEntry } from "../api/object.ts";
import { planTakeOver, union } from "./take-over.ts";

function entry(manager: string, operation: string, fieldsV1: object, subresource?: string) {
  return {
    manager,
    operation,
    apiVersion: "v1",
    fieldsType: "FieldsV1",
    fieldsV1: fieldsV1 as Record<string, unknown>,
    ...(subresource === undefined ? {} : { subresource }),
  } satisfies ManagedFieldsEntry;
}

function plan(managedFields: readonly ManagedFieldsEntry[]) {
  const metadata = { name: "a", resourceVersion: "7", managedFields };
  const from = ({ manager }: ManagedFieldsEntry) => manager === "theirs";
  return planTakeOver({ metadata }, { from, to: "ours" });
}

describe("a plan to take over", () => {
  test("makes us the applier of all that others and we had, each subresource for itself", () => {
    const kept = entry("somebody", "Update", { "f:x": {} });
    const operations = plan([
      kept,
      entry("ours", "Apply", { "f:data": { "f:a": {} } }),
      entry("theirs", "Update", { "f:data": { "f:b": {} } }),
      entry("theirs", "Apply", { "f:data": { ".": {}, "f:c": {} } }),
      entry("theirs", "Update", { "f:status": {} }, "status"),
    ]);
    expect(operations).toEqual([
      {
        op: "replace",
        path: "/metadata/managedFields",
        value: [
          kept,
          entry("ours", "Apply", { "f:data": { ".": {}, "f:a": {}, "f:b": {}, "f:c": {} } }),
          entry("ours", "Apply", { "f:status": {} }, "status"),
        ],
      },
      { op: "replace", path: "/metadata/resourceVersion", value: "7" },
    ]);
  });

  test("is none when there is nothing to take over", () => {
    expect(plan([entry("ours", "Apply", { "f:a": {} })])).toBeUndefined();
    expect(plan([])).toBeUndefined();
  });

  test("takes what we wrote ourselves without apply when that is asked for", () => {
    const metadata = { managedFields: [entry("ours", "Update", { "f:a": {} })] };
    const operations = planTakeOver({ metadata }, { from: () => true, to: "ours" });
    expect(operations?.[0]?.value).toEqual([entry("ours", "Apply", { "f:a": {} })]);
  });
});

/** Every field of a set as a path; a path that ends is a field that is owned itself. */
function paths(fields: object, prefix = ""): string[] {
  const entries = Object.entries(fields) as [string, object][];
  if (entries.length === 0) return [prefix];
  return entries.flatMap(([name, inner]) =>
    name === "." ? [prefix] : paths(inner, `${prefix}/${name}`),
  );
}

const fieldSet: fc.Arbitrary<Record<string, unknown>> = fc.letrec<{
  set: Record<string, unknown>;
}>((tie) => ({
  set: fc.oneof(
    { maxDepth: 3, depthIdentifier: "set" },
    fc.constant({}),
    fc
      .dictionary(fc.constantFrom("f:a", "f:b", 'k:{"name":"c"}'), tie("set"))
      .chain((inner) =>
        Object.keys(inner).length === 0
          ? fc.constant(inner)
          : fc.constantFrom(inner, { ".": {}, ...inner }),
      ),
  ),
})).set;
const owned = fieldSet.filter((set) => Object.keys(set).some((name) => name !== "."));

test("a union has exactly the fields of both", () => {
  fc.assert(
    fc.property(owned, owned, (a, b) => {
      const both = new Set([...paths(a), ...paths(b)]);
      expect(new Set(paths(union(a, b)))).toEqual(both);
    }),
  );
});
