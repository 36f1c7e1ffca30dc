import type { KubeObject } from "@headgate/controller";
import { useCluster } from "@headgate/test-cluster/vitest";
import { beforeAll, expect, onTestFinished, vi } from "vitest";
import { cuttable, type CuttableClient, type Death } from "./cuttable-client.ts";
import { installKinds, ownNamespace, startOperator } from "./operator-rig.ts";

const { test, cluster } = useCluster({ node: false });

beforeAll(async () => installKinds(cluster()));

const API = "toolhive.stacklok.dev/v1beta1";
const KINDS = "deploy,svc,cm,secret,sa,role,rolebinding,pdb";

function objects(namespace: string): object[] {
  const named = (name: string) => ({ name, namespace });
  return [
    { apiVersion: API, kind: "MCPGroup", metadata: named("tools"), spec: {} },
    {
      apiVersion: API,
      kind: "MCPServerEntry",
      metadata: named("one"),
      spec: {
        remoteUrl: "https://one.example.com/mcp",
        transport: "streamable-http",
        groupRef: { name: "tools" },
      },
    },
    {
      apiVersion: API,
      kind: "VirtualMCPServer",
      metadata: named("gateway"),
      spec: {
        groupRef: { name: "tools" },
        incomingAuth: { type: "anonymous" },
        podDisruptionBudget: {},
      },
    },
  ];
}

/** Operators that die at the same time, each in a namespace of its own. */
const AT_A_TIME = 6;

/** What is there for a namespace, without what is another in every run. */
async function outcome(namespace: string): Promise<unknown> {
  const read = async (...args: string[]) =>
    JSON.parse(await cluster().kubectl(["get", "-n", namespace, ...args, "-o", "json"])) as object;
  const made = (await read(KINDS, "-l", "headgate.dev/managed=true")) as { items: KubeObject[] };
  const { status } = (await read("vmcp", "gateway")) as { status?: object };
  const text = JSON.stringify({ made: made.items.map(lasting), status }, (key, value: unknown) =>
    VOLATILE.has(key) ? undefined : value,
  );
  return JSON.parse(text.replaceAll(namespace, "NAMESPACE"));
}

const VOLATILE = new Set([
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "lastTransitionTime",
  "generation",
  "hmac-secret",
  "clusterIP",
  "clusterIPs",
  "deployment.kubernetes.io/revision",
  // Of a text in which the namespace is.
  "toolhive.stacklok.dev/content-checksum",
]);

function lasting(object: KubeObject): object {
  const { status: _status, ...rest } = object as KubeObject & { status?: unknown };
  return rest;
}

/** Applies everything under an operator that dies, and answers what its successor makes of it. */
async function runWith(
  death: Death | undefined,
): Promise<{ requests: CuttableClient["requests"]; result: unknown }> {
  const namespace = await ownNamespace(cluster());
  let cut: CuttableClient | undefined;
  const first = await startOperator(cluster(), namespace, {
    wrapped: (real) => {
      cut = cuttable(real, death);
      return cut.client;
    },
  });
  await cluster().apply(objects(namespace));
  if (death !== undefined) {
    await Promise.race([cut?.died, new Promise((resolve) => setTimeout(resolve, 5_000))]);
    await first.stop();
    const second = await startOperator(cluster(), namespace);
    onTestFinished(second.stop);
  }
  let before: unknown;
  await vi.waitFor(
    async () => {
      const now = await outcome(namespace);
      expect(now).toHaveProperty("made.7");
      expect(now).toHaveProperty("status.conditions");
      const settled = JSON.stringify(now) === JSON.stringify(before);
      before = now;
      expect(settled).toBe(true);
    },
    { timeout: 20_000, interval: 300 },
  );
  const requests = [...(cut?.requests ?? [])];
  await first.stop();
  return { requests, result: before };
}

test("at whichever request an operator dies, its successor ends where it would have", async () => {
  const { requests, result } = await runWith(undefined);
  expect(requests.filter((what) => what === "write").length).toBeGreaterThan(8);
  const deaths = requests.flatMap((what, index): Death[] => {
    const sent = { at: index + 1, when: "before it is sent" } as const;
    // A read whose answer is lost is as one that was never sent.
    return what === "read" ? [sent] : [sent, { at: index + 1, when: "before it is answered" }];
  });
  while (deaths.length > 0) {
    const some = deaths.splice(0, AT_A_TIME);
    const results = await Promise.all(
      some.map(async (death) => ({ death, ...(await runWith(death)) })),
    );
    for (const again of results) {
      const { at, when } = again.death;
      expect(again.result, `died at request ${at} ${when}`).toEqual(result);
    }
  }
}, 600_000);
