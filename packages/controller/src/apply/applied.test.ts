import { describe, expect, test } from "vitest";
import { defineKind } from "../api/kind.ts";
import type { KubeObject } from "../api/object.ts";
import { isApplied } from "./applied.ts";

const kind = defineKind({
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  namespaced: true,
});

/** As an API server keeps what `wanted` applied. */
const fieldsV1 = {
  "f:metadata": { "f:labels": { "f:app": {} }, "f:finalizers": { 'v:"b"': {}, 'v:"a"': {} } },
  "f:spec": {
    "f:selector": {},
    "f:template": {
      "f:spec": {
        "f:containers": {
          'k:{"name":"main"}': {
            ".": {},
            "f:name": {},
            "f:image": {},
            "f:ports": {
              'k:{"containerPort":80,"protocol":"TCP"}': { ".": {}, "f:containerPort": {} },
            },
          },
          'k:{"name":"side"}': { ".": {}, "f:name": {} },
        },
      },
    },
  },
};

function wanted() {
  return {
    metadata: {
      namespace: "n",
      name: "d",
      labels: { app: "d" } as Record<string, string>,
      finalizers: ["b", "a"],
    },
    spec: {
      selector: { matchLabels: { app: "d" } } as Record<string, unknown>,
      replicas: undefined as number | undefined,
      template: {
        spec: {
          containers: [
            { name: "main", image: "one", ports: [{ containerPort: 80 }] },
            { name: "side" },
          ],
        },
      },
    },
  };
}

function live(entry: object = {}) {
  const object = wanted();
  return {
    ...object,
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      ...object.metadata,
      uid: "u",
      resourceVersion: "1",
      labels: { app: "d", theirs: "1" } as Record<string, string>,
      finalizers: ["x", "b", "a"],
      managedFields: [
        { manager: "ours", operation: "Apply", apiVersion: "apps/v1", fieldsV1, ...entry },
      ],
    },
    spec: {
      ...object.spec,
      replicas: 1,
      template: {
        spec: {
          containers: [
            { name: "injected", image: "theirs" },
            { name: "main", image: "one", ports: [{ containerPort: 80, protocol: "TCP" }] },
            { name: "side", image: "default" },
          ],
        },
      },
    },
  };
}

function same(object: KubeObject, there: KubeObject): boolean {
  return isApplied(there, { kind, object, manager: "ours" });
}

test("nothing would change where all that is wanted is owned and there, whatever others added", () => {
  expect(same(wanted(), live())).toBe(true);
});

test.each<[string, unknown]>([
  ["an empty text", ""],
  ["an empty list", []],
  ["an empty object", {}],
  ["false", false],
])("%s that is owned may be left out of what is there", (_what, value) => {
  const object = { metadata: { name: "a" }, spec: { value } };
  const entry = { manager: "ours", operation: "Apply", apiVersion: "apps/v1" };
  const managedFields = [{ ...entry, fieldsV1: { "f:spec": { "f:value": {} } } }];
  const there = { metadata: { name: "a", managedFields }, spec: {} };
  expect(same(object, there)).toBe(true);
  expect(same({ ...object, spec: { value: "full" } } as KubeObject, there)).toBe(false);
});

describe("something would change when", () => {
  const changes: readonly (readonly [string, (object: ReturnType<typeof wanted>) => void])[] = [
    ["a value is another", ({ metadata }) => (metadata.labels["app"] = "e")],
    ["a field is new", ({ metadata }) => (metadata.labels["theirs"] = "1")],
    ["a field is wanted no more", ({ metadata }) => delete metadata.labels["app"]],
    ["a value as a whole has less", ({ spec }) => (spec.selector = {})],
    ["a field of others is wanted now", ({ spec }) => (spec.replicas = 1)],
    ["an item is wanted no more", ({ spec }) => spec.template.spec.containers.pop()],
    ["an item is new", ({ spec }) => spec.template.spec.containers.push({ name: "new" })],
    [
      "items are wanted in another order",
      ({ spec }) => spec.template.spec.containers.unshift(spec.template.spec.containers.pop()!),
    ],
    ["a member of a set is wanted no more", ({ metadata }) => metadata.finalizers.pop()],
    ["a member of a set is new", ({ metadata }) => metadata.finalizers.push("c")],
  ];
  test.each(changes)("%s", (_what, change) => {
    const object = wanted();
    change(object);
    expect(same(object, live())).toBe(false);
  });

  test.each([
    ["another manager applied it", { manager: "theirs" }],
    ["it was written without apply", { operation: "Update" }],
    ["it was applied in another version", { apiVersion: "apps/v1beta1" }],
    ["it was applied to a subresource", { subresource: "status" }],
    ["the fields are in no form that is known", { fieldsV1: { "i:0": {} } }],
  ])("%s", (_what, entry) => {
    expect(same(wanted(), live(entry))).toBe(false);
  });

  test("an item that is owned is not there", () => {
    const there = live();
    there.spec.template.spec.containers.pop();
    expect(same(wanted(), there)).toBe(false);
  });

  test("who owns what is not known", () => {
    const { managedFields: _fields, ...metadata } = live().metadata;
    expect(same(wanted(), { ...live(), metadata })).toBe(false);
  });
});
