import type { ApiClient, KubeObject, ListRequest } from "@headgate/controller";
import { expect, test } from "vitest";
import { otherOperator } from "./other-operator.ts";

const NOW_MS = Date.parse("2027-01-01T00:01:00Z");

/** A cluster with these Deployments and leases, whatever is asked for. */
function clusterWith(objects: { deployments?: object[]; leases?: object[] }) {
  const requests: ListRequest[] = [];
  const list = (async (kind: { plural: string }, request: ListRequest) => {
    requests.push(request);
    const items = objects[kind.plural as keyof typeof objects] ?? [];
    return { items: items as KubeObject[], resourceVersion: "1" };
  }) as unknown as ApiClient["list"];
  return { client: { list }, requests };
}

function deployment(replicas: number, image: string): object {
  return {
    metadata: { namespace: "toolhive-system", name: "toolhive-operator" },
    spec: { replicas, template: { spec: { containers: [{ name: "manager", image }] } } },
  };
}

function lease(renewTime: string, holderIdentity = "pod_1"): object {
  return {
    metadata: { namespace: "toolhive-system", name: "toolhive-operator-leader-election" },
    spec: { holderIdentity, leaseDurationSeconds: 15, renewTime },
  };
}

const THEIRS = "ghcr.io/stacklok/toolhive/operator:v0.44.0";

test("a running Deployment of the other operator is found, with the command that ends it", async () => {
  const { client, requests } = clusterWith({ deployments: [deployment(1, THEIRS)] });
  expect(await otherOperator(client, ["shop"], NOW_MS)).toEqual({
    what: "the ToolHive operator runs as Deployment toolhive-system/toolhive-operator",
    command: "kubectl scale deployment toolhive-operator --namespace toolhive-system --replicas=0",
  });
  expect(requests[0]).toMatchObject({ namespace: "shop" });
});

test.each([
  ["it is scaled to zero", { deployments: [deployment(0, THEIRS)] }],
  ["it is ours", { deployments: [deployment(1, "ghcr.io/headgate/operator:1")] }],
  ["its lease ran out", { leases: [lease("2027-01-01T00:00:00Z")] }],
  ["its lease was let go", { leases: [lease("2027-01-01T00:00:59Z", "")] }],
  ["there is none", {}],
])("nothing is in the way when %s", async (_, objects) => {
  const { client } = clusterWith(objects);
  expect(await otherOperator(client, undefined, NOW_MS)).toBeUndefined();
});

test("an operator out of the cluster is found by its lease", async () => {
  const { client } = clusterWith({ leases: [lease("2027-01-01T00:00:55Z")] });
  expect((await otherOperator(client, undefined, NOW_MS))?.what).toContain("pod_1");
});
