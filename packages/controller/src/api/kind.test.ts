import { describe, expect, test } from "vitest";
import { collectionPath, objectPath, type Kind } from "./kind.ts";
import { keyOf, nameOfKey } from "./object.ts";

const pods: Kind = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };
const roles: Kind = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  namespaced: false,
};

test.each([
  [pods, undefined, "/api/v1/pods"],
  [pods, "n", "/api/v1/namespaces/n/pods"],
  [roles, undefined, "/apis/rbac.authorization.k8s.io/v1/clusterroles"],
  [roles, "n", "/apis/rbac.authorization.k8s.io/v1/clusterroles"],
])("the objects of %o in %s are at %s", (kind, namespace, path) => {
  expect(collectionPath(kind, namespace)).toBe(path);
});

test("a subresource is below its object", () => {
  const path = "/api/v1/namespaces/n/pods/p/status";
  expect(objectPath(pods, { namespace: "n", name: "p" }, "status")).toBe(path);
  expect(objectPath(roles, { name: "system:node" })).toBe(
    "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode",
  );
});

describe("a name that no object can have", () => {
  test.each(["", ".", "..", "a/b", "../secrets/x", "a%2Fb"])("%j goes nowhere", (name) => {
    const refusal = expect.objectContaining({ code: "bad-request" });
    expect(() => objectPath(pods, { namespace: "n", name })).toThrow(refusal);
    expect(() => collectionPath(pods, name)).toThrow(refusal);
  });
});

test.each([{ namespace: "n", name: "a" }, { name: "a" }])(
  "the key of %o leads back to it",
  (name) => {
    expect(nameOfKey(keyOf(name))).toEqual(name);
  },
);
