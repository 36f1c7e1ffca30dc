import { expect, test } from "vitest";
import { defineKind } from "../api/kind.ts";
import type { KubeObject } from "../api/object.ts";
import { controllerReference, isControlledBy, ownerKey } from "./owner-references.ts";

const widgets = defineKind({
  group: "example.com",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  namespaced: true,
});
const widget: KubeObject = { metadata: { namespace: "n", name: "w", uid: "u1" } };
const owned: KubeObject = {
  metadata: { namespace: "n", name: "c", ownerReferences: [controllerReference(widgets, widget)] },
};

test("an object is controlled by its owner, and not by another one of the same name", () => {
  expect(isControlledBy(owned, widget)).toBe(true);
  const other = { metadata: { ...widget.metadata, uid: "u2" } };
  expect(isControlledBy(owned, other)).toBe(false);
  expect(isControlledBy({ metadata: {} }, { metadata: {} })).toBe(false);
});

test("the key of an owner is found in whatever version of its group it was referred to", () => {
  expect(ownerKey(widgets, owned)).toBe("n/w");
  expect(ownerKey({ ...widgets, version: "v1beta1" }, owned)).toBe("n/w");
  expect(ownerKey({ ...widgets, group: "other.com" }, owned)).toBeUndefined();
  expect(ownerKey({ ...widgets, namespaced: false }, owned)).toBe("w");
});

test("an object that was never read from the API server owns nothing", () => {
  expect(() => controllerReference(widgets, { metadata: { name: "w" } })).toThrow(/without name/);
});
