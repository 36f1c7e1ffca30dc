import { useCluster } from "@headgate/test-cluster/vitest";
import * as fc from "fast-check";
import { beforeAll, describe, expect } from "vitest";
import type { Kind } from "../src/api/kind.ts";
import type { KubeObject } from "../src/api/object.ts";
import { isApplied } from "../src/apply/applied.ts";
import { apply, applyStatus } from "../src/apply/apply.ts";
import { remove } from "../src/apply/remove.ts";
import { planTakeOver } from "../src/apply/take-over.ts";
import { conditionsFrom } from "../src/meta/conditions.ts";
import { isDeleting, planFinalizer, planWithoutFinalizer } from "../src/meta/finalizers.ts";
import { controllerReference } from "../src/meta/owner-references.ts";
import { configMaps, deployments, widgetDefinition, widgets } from "./kinds.ts";
import { withRig, type Rig } from "./rig.ts";

const { test, cluster } = useCluster({ node: false });
const manager = "ours";

beforeAll(async () => {
  await cluster().apply([widgetDefinition]);
  await cluster().kubectl([
    "wait",
    "--for=condition=Established",
    "crd/widgets.controller.example.com",
  ]);
});

/** A Deployment with a bit of everything: items by key, sets, values as a whole, and what defaults are filled into. */
function deployment(name: string, knobs: Knobs): KubeObject & { spec: unknown } {
  const env = Object.entries(knobs.env).map(([key, value]) => ({ name: key, value }));
  return {
    metadata: {
      name,
      ...(knobs.labels === undefined ? {} : { labels: knobs.labels }),
      ...(knobs.finalizers ? { finalizers: ["example.com/b", "example.com/a"] } : {}),
    },
    spec: {
      ...(knobs.replicas === undefined ? {} : { replicas: knobs.replicas }),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          ...(knobs.hostNetwork === undefined ? {} : { hostNetwork: knobs.hostNetwork }),
          containers: [
            {
              name: "main",
              image: knobs.image,
              ...(env.length === 0 ? {} : { env }),
              ports: knobs.ports.map((containerPort) => ({ containerPort, protocol: "TCP" })),
              ...(knobs.args === undefined ? {} : { args: knobs.args }),
              volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
              securityContext: { capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true },
            },
            ...(knobs.sidecar ? [{ name: "sidecar", image: "sidecar" }] : []),
          ],
          volumes: [{ name: "tmp", emptyDir: {} }],
        },
      },
    },
  };
}

interface Knobs {
  readonly replicas?: number | undefined;
  readonly labels?: Record<string, string> | undefined;
  readonly finalizers: boolean;
  readonly image: string;
  readonly env: Record<string, string>;
  readonly ports: readonly number[];
  readonly args?: readonly string[] | undefined;
  readonly sidecar: boolean;
  readonly hostNetwork?: boolean | undefined;
}

const knobs: fc.Arbitrary<Knobs> = fc.record({
  replicas: fc.option(fc.nat(2), { nil: undefined }),
  labels: fc.option(fc.dictionary(fc.constantFrom("x", "y"), fc.constantFrom("1", "2")), {
    nil: undefined,
  }),
  finalizers: fc.boolean(),
  image: fc.constantFrom("one", "two"),
  env: fc.dictionary(fc.constantFrom("A", "B", "C"), fc.constantFrom("1", "")),
  ports: fc.uniqueArray(fc.constantFrom(80, 443, 8080), { minLength: 1 }),
  args: fc.option(fc.array(fc.constantFrom("-a", "-b"), { minLength: 1, maxLength: 2 }), {
    nil: undefined,
  }),
  sidecar: fc.boolean(),
  hostNetwork: fc.constantFrom(undefined, false),
});

/** Every other time the same once more. */
const again = fc.boolean().chain((same) => (same ? fc.constant(undefined) : knobs));

const plain: Knobs = { finalizers: false, image: "one", env: {}, ports: [80], sidecar: false };

function applyDeployment({ direct, namespace }: Rig, name: string, wanted: Knobs) {
  const object = deployment(name, wanted);
  return apply(direct, {
    kind: deployments,
    object: { ...object, metadata: { ...object.metadata, namespace } },
    manager,
  });
}

describe("whether an apply would change anything", () => {
  test("is foreseen as the API server then decides it", async () => {
    await withRig(cluster(), async (rig) => {
      const agreed = { same: 0, different: 0 };
      await fc.assert(
        fc.asyncProperty(fc.uuid(), knobs, again, async (id, first, other) => {
          const name = `d-${id}`;
          await applyDeployment(rig, name, first);
          const before = (await rig.direct.get(deployments, { namespace: rig.namespace, name }))!;
          const second = other ?? first;
          const object = deployment(name, second);
          const foreseen = isApplied(before, { kind: deployments, object, manager });
          await applyDeployment(rig, name, second);
          const after = (await rig.direct.get(deployments, { namespace: rig.namespace, name }))!;
          // Controllers write too: to status and to one annotation, which does not count.
          const intents = [before, after].map(({ metadata, spec }) => ({
            labels: metadata.labels,
            finalizers: metadata.finalizers,
            spec,
            fields: metadata.managedFields?.find((entry) => entry.manager === manager)?.fieldsV1,
          }));
          const same = JSON.stringify(intents[0]) === JSON.stringify(intents[1]);
          expect(foreseen).toBe(same);
          agreed[same ? "same" : "different"] += 1;
          if (second.finalizers) await applyDeployment(rig, name, { ...second, finalizers: false });
          await rig.direct.delete(deployments, { namespace: rig.namespace, name });
        }),
        { numRuns: 40 },
      );
      expect(Math.min(agreed.same, agreed.different)).toBeGreaterThan(5);
    });
  });

  const touches: readonly (readonly [string, object])[] = [
    [
      "changes a value",
      { spec: { template: { spec: { containers: [{ name: "main", image: "theirs" }] } } } },
    ],
    ["takes a value away", { metadata: { labels: { x: null } } }],
    [
      "changes a value as a whole",
      { spec: { template: { spec: { containers: [{ name: "main", args: ["-c"] }] } } } },
    ],
    [
      "removes an item",
      { spec: { template: { spec: { containers: [{ $patch: "delete", name: "sidecar" }] } } } },
    ],
  ];
  test.each(touches)("is foreseen when somebody else %s", async (_what, touch) => {
    await withRig(cluster(), async (rig) => {
      const wanted = { ...plain, labels: { x: "1" }, args: ["-a"], sidecar: true };
      const first = await applyDeployment(rig, "d", wanted);
      const object = deployment("d", wanted);
      expect(first.outcome).toBe("applied");
      const name = { namespace: rig.namespace, name: "d" };
      const live = async () => (await rig.direct.get(deployments, name))!;
      expect(isApplied(await live(), { kind: deployments, object, manager })).toBe(true);
      await cluster().kubectl([
        "-n",
        rig.namespace,
        "patch",
        "deploy",
        "d",
        "-p",
        JSON.stringify(touch),
      ]);
      expect(isApplied(await live(), { kind: deployments, object, manager })).toBe(false);
      await applyDeployment(rig, "d", wanted);
      expect(isApplied(await live(), { kind: deployments, object, manager })).toBe(true);
    });
  });

  test("is not what others add beside it", async () => {
    await withRig(cluster(), async (rig) => {
      await applyDeployment(rig, "d", plain);
      const touch = { metadata: { labels: { theirs: "1" } }, spec: { minReadySeconds: 3 } };
      await cluster().kubectl([
        "-n",
        rig.namespace,
        "patch",
        "deploy",
        "d",
        "-p",
        JSON.stringify(touch),
      ]);
      const live = (await rig.direct.get(deployments, { namespace: rig.namespace, name: "d" }))!;
      const object = deployment("d", plain);
      expect(isApplied(live, { kind: deployments, object, manager })).toBe(true);
    });
  });
});

describe("an apply", () => {
  test("of what is there already sends nothing", async () => {
    await withRig(cluster(), async ({ client, proxy, namespace }) => {
      const object = { metadata: { namespace, name: "a" }, data: { k: "1" } };
      const first = await apply(client, { kind: configMaps, object, manager });
      if (first.outcome !== "applied") throw new Error(first.outcome);
      const sent = proxy.requests.length;
      const live = first.object;
      expect(await apply(client, { kind: configMaps, object, manager, live })).toEqual({
        outcome: "unchanged",
      });
      expect(proxy.requests.length).toBe(sent);
    });
  });

  test("takes away what the manager wanted before, and leaves what others want", async () => {
    await withRig(cluster(), async ({ direct, namespace }) => {
      const metadata = { namespace, name: "a" };
      await apply(direct, {
        kind: configMaps,
        object: { metadata, data: { ours: "1", old: "1" } },
        manager,
      });
      await apply(direct, {
        kind: configMaps,
        object: { metadata, data: { theirs: "1" } },
        manager: "them",
      });
      await apply(direct, {
        kind: configMaps,
        object: { metadata, data: { ours: "1" } },
        manager,
      });
      expect((await direct.get(configMaps, metadata))?.data).toEqual({ ours: "1", theirs: "1" });
    });
  });

  test("that must not force names the fields and their managers", async () => {
    await withRig(cluster(), async ({ direct, namespace }) => {
      const object = (k: string) => ({ metadata: { namespace, name: "a" }, data: { k } });
      await apply(direct, { kind: configMaps, object: object("theirs"), manager: "them" });
      expect(
        await apply(direct, { kind: configMaps, object: object("ours"), manager, force: false }),
      ).toMatchObject({ outcome: "conflict", fields: [{ field: ".data.k", manager: "them" }] });
    });
  });

  test("onto another object of the same name is a conflict, even when forced", async () => {
    await withRig(cluster(), async ({ direct, namespace }) => {
      const metadata = { namespace, name: "a" };
      await apply(direct, { kind: configMaps, object: { metadata }, manager });
      const object = { metadata: { ...metadata, uid: "8e2c5b0e-0000-4000-8000-000000000000" } };
      expect(await apply(direct, { kind: configMaps, object, manager })).toMatchObject({
        outcome: "conflict",
        fields: [],
      });
    });
  });
});

describe("an apply that may only make", () => {
  const ofEveryone = (namespace: string) =>
    [
      [configMaps, { metadata: { namespace, name: "a" }, data: { k: "ours" } }],
      [widgets, { metadata: { namespace, name: "a" }, spec: { size: 1 } }],
      [
        deployments,
        { ...deployment("a", plain), metadata: { namespace, name: "a", labels: { k: "ours" } } },
      ],
    ] as const;

  test("makes what is not there, as any other apply does", async () => {
    await withRig(cluster(), async ({ client, proxy, namespace }) => {
      for (const [kind, object] of ofEveryone(namespace)) {
        const made = await apply(client, { kind, object, manager, onlyNew: true });
        if (made.outcome !== "applied") throw new Error(made.outcome);
        expect(made.object.metadata.resourceVersion).not.toBe("1");
        expect(isApplied(made.object, { kind, object, manager })).toBe(true);
      }
      expect(proxy.requests.map(({ method }) => method)).toEqual(["PATCH", "PATCH", "PATCH"]);
    });
  });

  test("leaves what is there as it is, whoever made it", async () => {
    await withRig(cluster(), async ({ direct, namespace }) => {
      for (const [each, object] of ofEveryone(namespace)) {
        const kind = each as Kind;
        await apply(direct, { kind, object, manager: "them" });
        const theirs = await direct.get(kind, object.metadata);
        expect(await apply(direct, { kind, object, manager, onlyNew: true })).toMatchObject({
          outcome: "conflict",
          fields: [],
        });
        expect(
          (await direct.get(kind, object.metadata))?.metadata.managedFields,
        ).not.toContainEqual(expect.objectContaining({ manager }));
        expect((await direct.get(kind, object.metadata))?.metadata.uid).toBe(theirs?.metadata.uid);
      }
    });
  });
});

describe("a status", () => {
  const status = (note: string, nowMs: number) => ({
    note,
    conditions: conditionsFrom({
      existing: undefined,
      wanted: [{ type: "Ready", status: "True", reason: "Fine", message: "" }],
      observedGeneration: 1,
      nowMs,
    }),
  });

  test("is written once for each change, and not at all without one", async () => {
    await withRig(cluster(), async ({ direct, client, proxy, namespace }) => {
      const metadata = { namespace, name: "w" };
      await direct.create(widgets, { metadata, spec: { size: 1 } });
      const object = { metadata, status: status("one", 0) };
      const first = await applyStatus(client, { kind: widgets, object, manager });
      if (first.outcome !== "applied") throw new Error(first.outcome);
      const live = first.object;
      expect(await applyStatus(client, { kind: widgets, object, manager, live })).toEqual({
        outcome: "unchanged",
      });
      const changed = { metadata, status: status("two", 0) };
      await applyStatus(client, { kind: widgets, object: changed, manager, live });
      expect(proxy.requests.map(({ method }) => method)).toEqual(["PATCH", "PATCH"]);
      const held = await direct.get(widgets, metadata);
      expect(held).toMatchObject({ spec: { size: 1 }, status: { note: "two" } });
    });
  });

  test("of an object that is gone is absent", async () => {
    await withRig(cluster(), async ({ direct, namespace }) => {
      const object = { metadata: { namespace, name: "gone" }, status: {} };
      expect(await applyStatus(direct, { kind: widgets, object, manager })).toEqual({
        outcome: "absent",
      });
    });
  });
});

describe("what another manager owned", () => {
  test("is taken over whole, so that nothing of it sticks", async () => {
    await withRig(cluster(), async ({ direct, namespace }) => {
      const name = { namespace, name: "w" };
      const by = (fieldManager: string) => ({ fieldManager });
      await direct.create(
        widgets,
        { metadata: { ...name, labels: { old: "1", shared: "1" } }, spec: { size: 1 } },
        by("them"),
      );
      await direct.patch(widgets, name, {
        type: "merge",
        subresource: "status",
        body: { status: { note: "theirs", size: 7 } },
        ...by("them"),
      });
      const object = { metadata: { ...name, labels: { shared: "1" } }, spec: { size: 2 } };
      await apply(direct, { kind: widgets, object, manager });
      const before = (await direct.get(widgets, name))!;
      expect(before.metadata.labels).toEqual({ old: "1", shared: "1" });

      const from = (entry: { manager?: string }) => entry.manager === "them";
      const body = planTakeOver(before, { from, to: manager })!;
      expect((await direct.patch(widgets, name, { type: "json", body })).outcome).toBe("written");
      expect((await direct.patch(widgets, name, { type: "json", body })).outcome).toBe("conflict");

      await apply(direct, { kind: widgets, object, manager });
      await applyStatus(direct, {
        kind: widgets,
        object: { metadata: name, status: { size: 2 } },
        manager,
      });
      const after = (await direct.get(widgets, name))!;
      expect(after.metadata.labels).toEqual({ shared: "1" });
      expect(after.status).toEqual({ size: 2 });
      expect(after.metadata.managedFields?.map((entry) => entry.manager)).toEqual([
        manager,
        manager,
      ]);
      expect(planTakeOver(after, { from, to: manager })).toBeUndefined();
      expect(isApplied(after, { kind: widgets, object, manager })).toBe(true);
    });
  });
});

describe("a deletion", () => {
  test("is of the object that was observed, never of another one of its name", async () => {
    await withRig(cluster(), async ({ direct, namespace }) => {
      const name = { namespace, name: "a" };
      await direct.create(configMaps, { metadata: name });
      const observed = (await direct.get(configMaps, name))!;
      await direct.delete(configMaps, name);
      await direct.create(configMaps, { metadata: name });
      expect(await remove(direct, configMaps, observed)).toBe("conflict");
      const present = (await direct.get(configMaps, name))!;
      expect(await remove(direct, configMaps, present)).toBe("deleted");
      expect(await remove(direct, configMaps, present)).toBe("absent");
    });
  });

  test("waits for a finalizer, and takes along what the object controls", async () => {
    await withRig(cluster(), async ({ direct, namespace }) => {
      const name = { namespace, name: "owner" };
      const finalizer = "controller.example.com/held";
      await direct.create(configMaps, { metadata: name });
      const made = (await direct.get(configMaps, name))!;
      const held = planFinalizer(made, finalizer);
      await direct.patch(configMaps, name, { type: "merge", body: held });
      const ownerReferences = [controllerReference(configMaps, made)];
      await direct.create(configMaps, { metadata: { namespace, name: "owned", ownerReferences } });
      await remove(direct, configMaps, made);
      const going = (await direct.get(configMaps, name))!;
      expect(isDeleting(going)).toBe(true);
      const body = planWithoutFinalizer(going, finalizer);
      await direct.patch(configMaps, name, { type: "merge", body });
      expect(await direct.get(configMaps, name)).toBeUndefined();
      const wait = ["wait", "--for=delete", "configmap/owned", "--timeout=60s"];
      await cluster().kubectl(["-n", namespace, ...wait]);
    });
  });
});
