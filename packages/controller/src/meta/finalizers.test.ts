import { expect, test } from "vitest";
import type { KubeObject, ObjectMeta } from "../api/object.ts";
import { planFinalizer, planWithoutFinalizer } from "./finalizers.ts";

function object(metadata: ObjectMeta): KubeObject {
  return { metadata: { resourceVersion: "7", ...metadata } };
}

test("a finalizer is added to those of others, for this version of the object only", () => {
  expect(planFinalizer(object({ finalizers: ["theirs"] }), "ours")).toEqual({
    metadata: { resourceVersion: "7", finalizers: ["theirs", "ours"] },
  });
});

test("nothing is added to what has it already, or is being deleted", () => {
  expect(planFinalizer(object({ finalizers: ["ours"] }), "ours")).toBeUndefined();
  expect(
    planFinalizer(object({ deletionTimestamp: "2026-01-01T00:00:00Z" }), "ours"),
  ).toBeUndefined();
});

test("taking a finalizer away leaves those of others", () => {
  expect(planWithoutFinalizer(object({ finalizers: ["ours", "theirs"] }), "ours")).toEqual({
    metadata: { resourceVersion: "7", finalizers: ["theirs"] },
  });
  expect(planWithoutFinalizer(object({ finalizers: ["theirs"] }), "ours")).toBeUndefined();
});
