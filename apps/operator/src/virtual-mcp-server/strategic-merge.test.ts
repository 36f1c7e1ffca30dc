import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Json, strategicMerge } from "./strategic-merge.ts";

const BASE: Json = {
  metadata: { labels: { app: "a" } },
  spec: {
    serviceAccountName: "a",
    containers: [
      {
        name: "vmcp",
        image: "gateway:1",
        args: ["serve"],
        env: [
          { name: "A", value: "1" },
          { name: "B", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
        ],
        ports: [{ name: "http", containerPort: 4483, protocol: "TCP" }],
        resources: { limits: { cpu: "500m", memory: "512Mi" } },
        volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
      },
    ],
    volumes: [{ name: "tmp", emptyDir: {} }],
    tolerations: [{ key: "a" }],
  },
};

function merged(patch: Json): Json {
  const result = strategicMerge(BASE, patch);
  if (!result.ok) throw new Error(result.problem);
  return result.value["spec"] as Json;
}

function container(patch: Json): Json {
  const { containers } = merged({ spec: { containers: [{ name: "vmcp", ...patch }] } });
  return (containers as Json[])[0]!;
}

test("containers, variables, ports, volumes and mounts are merged by what names them", () => {
  const { containers } = merged({
    spec: { containers: [{ name: "side", image: "side:1" }] },
  });
  expect((containers as Json[]).map(({ name }) => name)).toEqual(["vmcp", "side"]);
  const changed = container({
    image: "gateway:2",
    env: [
      { name: "A", value: "2" },
      { name: "C", value: "3" },
    ],
    ports: [
      { containerPort: 4483, hostPort: 80 },
      { containerPort: 4483, protocol: "UDP" },
    ],
    volumeMounts: [{ mountPath: "/tmp", name: "other" }],
  });
  expect(changed).toMatchObject({
    image: "gateway:2",
    args: ["serve"],
    env: [{ name: "A", value: "2" }, { name: "B" }, { name: "C", value: "3" }],
    ports: [
      { name: "http", containerPort: 4483, protocol: "TCP", hostPort: 80 },
      { containerPort: 4483, protocol: "UDP" },
    ],
    volumeMounts: [{ name: "other", mountPath: "/tmp" }],
  });
});

test("other lists and values are replaced, null and deletions take away", () => {
  expect(merged({ spec: { tolerations: [{ key: "b" }] } })["tolerations"]).toEqual([{ key: "b" }]);
  expect(container({ args: ["other"] })["args"]).toEqual(["other"]);
  expect(container({ resources: { limits: { cpu: null } } })["resources"]).toEqual({
    limits: { memory: "512Mi" },
  });
  expect(container({ env: [{ name: "A", $patch: "delete" }] })["env"]).toHaveLength(1);
  expect(
    container({ resources: { $patch: "replace", requests: { cpu: "1" } } })["resources"],
  ).toEqual({
    requests: { cpu: "1" },
  });
  expect(merged({ spec: { volumes: [{ $patch: "replace" }, { name: "x" }] } })["volumes"]).toEqual([
    { name: "x" },
  ]);
});

test.each<[string, Json, string]>([
  ["a text in place of a list", { spec: { containers: "x" } }, "spec.containers must be a list"],
  [
    "a text in a list of objects",
    { spec: { volumes: ["x"] } },
    "spec.volumes[0] must be an object",
  ],
  [
    "an item without its name",
    { spec: { containers: [{ image: "x" }] } },
    "spec.containers[0] must have a name",
  ],
  ["a text in place of an object", { spec: "x" }, "spec must be an object"],
  [
    "an object in place of a text",
    { spec: { serviceAccountName: {} } },
    "spec.serviceAccountName must not be an object",
  ],
])("%s is told with its place", (_, patch, problem) => {
  expect(strategicMerge(BASE, patch)).toEqual({ ok: false, problem });
});

test("an empty patch changes nothing, and the same patch twice is as once", () => {
  expect(strategicMerge(BASE, {})).toEqual({ ok: true, value: BASE });
  const name = fc.constantFrom("vmcp", "a", "b");
  const item = fc.record({ name, image: fc.constantFrom("x", "y") });
  const patches = fc.record({
    spec: fc.record({
      containers: fc.uniqueArray(item, { selector: (one) => one.name }),
      nodeSelector: fc.dictionary(name, fc.constantFrom("1", "2")),
    }),
  });
  fc.assert(
    fc.property(patches, (patch) => {
      const once = strategicMerge(BASE, patch);
      expect(once.ok && strategicMerge(once.value, patch)).toEqual(once);
    }),
  );
});
