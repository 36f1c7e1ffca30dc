import { connect, type KubeObject } from "@headgate/controller";
import { useCluster } from "@headgate/test-cluster/vitest";
import { beforeAll, expect, onTestFinished, vi } from "vitest";
import * as builtIn from "../src/cluster/built-in.ts";
import { virtualMcpServers } from "../src/cluster/toolhive.ts";
import { installKinds, ownNamespace, startOperator } from "./operator-rig.ts";

const { test, cluster } = useCluster({ node: false });

beforeAll(async () => installKinds(cluster()));

const API = "toolhive.stacklok.dev/v1beta1";
const THEIRS = { fieldManager: "thv-operator" };
const LABELS = {
  app: "virtualmcpserver",
  "app.kubernetes.io/name": "virtualmcpserver",
  "app.kubernetes.io/instance": "gateway",
  toolhive: "true",
  "toolhive-name": "gateway",
};

function client() {
  const made = connect({
    kubeConfig: { from: "file", path: cluster().kubeconfig },
    userAgent: "hand-over",
  });
  onTestFinished(() => made.close());
  return made;
}

/** The Deployment as another operator left it, with what ours does not want. */
function theirDeployment(namespace: string, owner: object): KubeObject {
  const container = {
    name: "vmcp",
    image: "ghcr.io/stacklok/toolhive/vmcp:v0.44.0",
    args: ["serve", "--config=/etc/vmcp-config/config.yaml"],
    env: [{ name: "TOOLHIVE_OLD", value: "1" }],
  };
  return {
    metadata: {
      name: "gateway",
      namespace,
      labels: LABELS,
      annotations: { "toolhive.stacklok.io/podtemplatespec-hash": "old" },
      ownerReferences: [owner],
    },
    spec: {
      // From a spec that said so once.
      replicas: 3,
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: { containers: [container], serviceAccountName: "gateway-vmcp" },
      },
    },
  } as KubeObject;
}

const object = (name: string, namespace: string, owner: object, more: object): KubeObject =>
  ({ metadata: { name, namespace, ownerReferences: [owner] }, ...more }) as KubeObject;

test("what another operator made is taken over in place, and nothing of it sticks", async () => {
  const namespace = await ownNamespace(cluster());
  await cluster().apply([
    { apiVersion: API, kind: "MCPGroup", metadata: { name: "tools", namespace }, spec: {} },
    {
      apiVersion: API,
      kind: "VirtualMCPServer",
      metadata: { name: "gateway", namespace },
      spec: { groupRef: { name: "tools" }, incomingAuth: { type: "anonymous" } },
    },
  ]);
  const api = client();
  const server = (await api.get(virtualMcpServers, { namespace, name: "gateway" }))!;
  const owner = {
    apiVersion: API,
    kind: "VirtualMCPServer",
    name: "gateway",
    uid: server.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  await api.create(builtIn.deployments, theirDeployment(namespace, owner), THEIRS);
  const rules = [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch"] }];
  await api.create(builtIn.roles, object("gateway-vmcp", namespace, owner, { rules }), THEIRS);
  const data = { "config.yaml": "old: true", "authserver-config.yaml": "old" };
  await api.create(
    builtIn.configMaps,
    object("gateway-vmcp-config", namespace, owner, { data }),
    THEIRS,
  );
  await api.patch(
    virtualMcpServers,
    { namespace, name: "gateway" },
    {
      type: "merge",
      subresource: "status",
      fieldManager: "vmcp",
      body: {
        status: {
          phase: "Ready",
          conditions: [
            {
              type: "EmbeddingServerReady",
              status: "True",
              reason: "EmbeddingServerReady",
              message: "",
              lastTransitionTime: "2026-01-01T00:00:00Z",
            },
          ],
          discoveredBackends: [{ name: "gone", status: "ready" }],
        },
      },
    },
  );
  const before = (await api.get(builtIn.deployments, { namespace, name: "gateway" }))!;
  await startOperator(cluster(), namespace);
  await vi.waitFor(
    async () => {
      const now = await api.get(virtualMcpServers, { namespace, name: "gateway" });
      expect(now?.status?.discoveredBackends).toEqual([]);
      expect(now?.status?.conditions?.map(({ type }) => type)).not.toContain(
        "EmbeddingServerReady",
      );
    },
    { timeout: 20_000, interval: 100 },
  );
  const after = (await api.get(builtIn.deployments, { namespace, name: "gateway" }))!;
  expect(after.metadata.uid).toBe(before.metadata.uid);
  expect(after.metadata.generation).toBe(before.metadata.generation! + 1);
  expect(after.spec?.["replicas"]).toBe(3);
  expect(after.spec?.["selector"]).toEqual({ matchLabels: LABELS });
  expect(JSON.stringify(after.spec)).not.toContain("TOOLHIVE_OLD");
  expect(after.metadata.annotations).not.toHaveProperty(
    "toolhive.stacklok.io/podtemplatespec-hash",
  );
  const role = await api.get(builtIn.roles, { namespace, name: "gateway-vmcp" });
  expect(JSON.stringify(role)).not.toContain('"secrets"');
  const config = await api.get(builtIn.configMaps, { namespace, name: "gateway-vmcp-config" });
  expect(Object.keys(config?.data ?? {})).toEqual(["config.yaml"]);
  const managers = [after, role, config].flatMap((one) =>
    (one?.metadata.managedFields ?? []).map(({ manager }) => manager),
  );
  expect(managers).not.toContain("thv-operator");
});

/** The reference's operator, as far as it is looked for. */
function theirOperator(namespace: string): object {
  const labels = { "app.kubernetes.io/name": "toolhive-operator" };
  const containers = [{ name: "manager", image: "ghcr.io/stacklok/toolhive/operator:v0.44.0" }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "toolhive-operator", namespace, labels },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

const ending = (namespace: string) =>
  `kubectl scale deployment toolhive-operator --namespace ${namespace} --replicas=0`;

test("beside a running operator of ToolHive ours does not start, and says what ends that", async () => {
  const namespace = await ownNamespace(cluster());
  await cluster().apply([theirOperator(namespace)]);
  const operator = await startOperator(cluster(), namespace);
  await expect(operator.ended).rejects.toThrow(ending(namespace));
});

test("beside one that came while ours waited to lead, ours does not begin", async () => {
  const namespace = await ownNamespace(cluster());
  const spec = {
    holderIdentity: "somebody",
    leaseDurationSeconds: 5,
    acquireTime: "2026-01-01T00:00:00.000000Z",
    renewTime: new Date().toISOString().replace("Z", "000Z"),
  };
  const lease = { name: "waited-for", namespace };
  await cluster().apply([
    { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: lease, spec },
  ]);
  const env = { HEADGATE_LEASE: lease.name };
  const operator = await startOperator(cluster(), namespace, { env, leaderElect: true });
  await cluster().apply([theirOperator(namespace)]);
  await expect(operator.ended).rejects.toThrow(ending(namespace));
});
