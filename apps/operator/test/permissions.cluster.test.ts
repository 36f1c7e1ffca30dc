import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, podProxy } from "@headgate/controller";
import { useCluster } from "@headgate/test-cluster/vitest";
import { beforeAll, expect, onTestFinished, vi } from "vitest";
import { createOperator } from "../src/operator.ts";
import { otherOperator } from "../src/process/other-operator.ts";
import { settingsFrom } from "../src/settings/settings.ts";
import { selectorLabels } from "../src/virtual-mcp-server/names.ts";
import { installKinds, ownNamespace } from "./operator-rig.ts";
import { RecordedRequests } from "./recorded-requests.ts";

const { ownTest, cluster } = useCluster({ node: false, helm: true });

const ROOT = join(import.meta.dirname, "../../..");
const CHART = join(ROOT, "deploy/charts/operator");
const EXAMPLES = join(ROOT, "packages/api/reference/examples");
const PATIENCE = { timeout: 60_000, interval: 100 };

/** What a rule allows that no request asks for: the API server looks for it when an object gets its owner. */
const ASKED_BY_ADMISSION = ["update virtualmcpservers.toolhive.stacklok.dev/finalizers"];

beforeAll(() => installKinds(cluster()));

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Installs the chart without Pods; answers the account that it makes. */
async function install(namespace: string, values: readonly string[]): Promise<string> {
  const set = ["operator.replicaCount=0", ...values].flatMap((value) => ["--set", value]);
  const release = ["headgate-operator", "--namespace", namespace];
  await cluster().helm(["install", ...release, CHART, ...set]);
  onTestFinished(async () => {
    await cluster().helm(["uninstall", ...release]);
  });
  return `system:serviceaccount:${namespace}:headgate-operator`;
}

/** What the roles of an account in a namespace allow. */
async function allowedIn(namespace: string): Promise<readonly string[]> {
  const list = await cluster().kubectl(
    ["get", "roles", "-n", namespace, "-o", "json"].concat(
      "-l",
      "app.kubernetes.io/managed-by=Helm",
    ),
  );
  const { items } = JSON.parse(list) as { items: readonly { rules: readonly Rule[] }[] };
  return items.flatMap(({ rules }) => rules.flatMap(spelled));
}

function spelled({ apiGroups, resources, verbs }: Rule): string[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) => {
      const [plural, ...sub] = resource.split("/");
      const name = [group === "" ? plural : `${plural}.${group}`, ...sub].join("/");
      return verbs.map((verb) => `${verb} ${name}`);
    }),
  );
}

/** Runs an operator under an account until the test is over or it is stopped. */
async function operate(
  account: string,
  namespace: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly recorded: RecordedRequests; readonly stop: () => Promise<void> }> {
  const recorded = new RecordedRequests();
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`];
  const kubeconfig = await cluster().kubeconfigFor(account, [...groups, "system:authenticated"]);
  const connection = recorded.connection(kubeconfig);
  const client = connect(connection);
  const pods = podProxy({ ...connection, timeoutMs: 2_000 });
  const settings = settingsFrom({ POD_NAMESPACE: namespace, ...env });
  expect(await otherOperator(client, settings.watchNamespaces, Date.now())).toBeUndefined();
  const operator = createOperator({
    client,
    pods,
    settings,
    leaderElect: true,
    identity: namespace,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    metrics: recorded.metrics,
  });
  const stopping = new AbortController();
  const running = operator.run(stopping.signal);
  const stop = async () => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    await running;
    client.close();
    pods.close();
  };
  onTestFinished(stop);
  await vi.waitFor(() => expect(operator.ready()).toBe(true), PATIENCE);
  return { recorded, stop };
}

const manifest = (kind: string, name: string, rest: object) => ({
  apiVersion: "toolhive.stacklok.dev/v1beta1",
  kind,
  metadata: { name },
  ...rest,
});
const server = manifest("VirtualMCPServer", "plain", {
  spec: { groupRef: { name: "plain" }, incomingAuth: { type: "anonymous" } },
});

/** What the server always has, beside its Secret. */
const CHILDREN = [
  "serviceaccount/plain-vmcp",
  "role/plain-vmcp",
  "rolebinding/plain-vmcp",
  "configmap/plain-vmcp-config",
  "deployment/plain",
  "service/vmcp-plain",
];

/** Objects of the names that a server's have, made for it by another operator. */
function madeByAnother(uid: string): readonly object[] {
  const { apiVersion, kind, metadata } = server;
  const owner = { apiVersion, kind, ...metadata, uid, controller: true, blockOwnerDeletion: true };
  const child = (version: string, plain: string, name: string, rest: object = {}) => ({
    apiVersion: version,
    kind: plain,
    metadata: { name, ownerReferences: [owner] },
    ...rest,
  });
  const rbac = "rbac.authorization.k8s.io";
  const roleRef = { apiGroup: rbac, kind: "Role", name: "plain-vmcp" };
  const selector = { matchLabels: selectorLabels("plain") };
  const template = { metadata: { labels: selectorLabels("plain") }, spec: pod.spec };
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "plain" };
  const autoscaler = { spec: { scaleTargetRef, maxReplicas: 3 } };
  return [
    child("v1", "ServiceAccount", "plain-vmcp"),
    child(`${rbac}/v1`, "Role", "plain-vmcp"),
    child(`${rbac}/v1`, "RoleBinding", "plain-vmcp", { roleRef }),
    child("v1", "ConfigMap", "plain-vmcp-config"),
    child("v1", "Service", "vmcp-plain", { spec: { ports: [{ port: 80 }] } }),
    child("apps/v1", "Deployment", "plain", { spec: { selector, template } }),
    child("policy/v1", "PodDisruptionBudget", "plain", { spec: { selector } }),
    child("autoscaling/v2", "HorizontalPodAutoscaler", "plain", autoscaler),
    child("networking.k8s.io/v1", "NetworkPolicy", "plain", { spec: { podSelector: selector } }),
  ];
}

/** What was there before the operator: another one's status and finalizer, and a gateway's Pod. */
async function leftByAnother(kubectl: (...args: readonly string[]) => Promise<string>) {
  const status = JSON.stringify({ status: { conditions: [] } });
  const patch = ["--type=merge", "--subresource=status", "--field-manager=thv-operator"];
  const everything = (await kubectl("get", "toolhive", "-o", "name")).trim().split("\n");
  for (const one of everything) await kubectl("patch", one, ...patch, "-p", status);
  const finalizers = ["toolhive.stacklok.dev/mcpgroup-finalizer"];
  const group = JSON.stringify({ metadata: { finalizers } });
  await kubectl("patch", "mcpgroup", "left", "--type=merge", "-p", group);
  const ready = { conditions: [{ type: "Ready", status: "True" }] };
  const podStatus = JSON.stringify({ status: ready });
  await kubectl("patch", "pod", "plain", "--type=merge", "--subresource=status", "-p", podStatus);
}

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "plain",
    labels: {
      app: "virtualmcpserver",
      toolhive: "true",
      "app.kubernetes.io/instance": "plain",
    },
  },
  spec: { containers: [{ name: "vmcp", image: "headgate.test/gateway:1" }] },
};

ownTest(
  "an operator asks for everything that the chart's roles allow, and for nothing else",
  async () => {
    const namespace = await ownNamespace(cluster());
    const kubectl = (...args: readonly string[]) => cluster().kubectl(["-n", namespace, ...args]);
    const apply = (...objects: readonly object[]) =>
      cluster().kubectl(["-n", namespace, "apply", "-f", "-"], {
        input: JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
      });
    const account = await install(namespace, ["operator.rbac.scope=namespace"]);
    for (const file of await readdir(EXAMPLES)) {
      const input = await readFile(join(EXAMPLES, file), "utf8");
      await cluster().kubectl(["-n", namespace, "apply", "-f", "-"], { input });
    }
    const groups = ["plain", "left"].map((name) => manifest("MCPGroup", name, {}));
    await apply(...groups, server, pod);
    const uid = await kubectl("get", "virtualmcpserver", "plain", "-o", "jsonpath={.metadata.uid}");
    await apply(...madeByAnother(uid));
    await leftByAnother(kubectl);
    const { recorded, stop } = await operate(account, namespace, { WATCH_NAMESPACE: namespace });
    const until = (args: readonly string[], expected: string) =>
      vi.waitFor(async () => expect(await kubectl(...args)).toContain(expected), PATIENCE);
    const condition = (type: string) =>
      `jsonpath={.status.conditions[?(@.type=="${type}")].status}`;
    const deployments = ["get", "deployment", "plain", "--ignore-not-found", "-o", "name"];

    await until(["get", "deployment", "plain", "-o", "jsonpath={.metadata.labels}"], "managed");
    // What it took over it also makes, and of its Secret it reads what it did not write.
    await kubectl("delete", ...CHILDREN);
    await vi.waitFor(() => kubectl("get", ...CHILDREN), PATIENCE);
    await kubectl("annotate", "secret", "plain-hmac-secret", "note=touched");
    await vi.waitFor(() => expect(recorded.asked).toContain("get secrets"), PATIENCE);
    await kubectl("delete", "mcpgroup", "left");
    // Twice the same trouble is one event with a count; without the block everything is as before.
    const refused = { default: { type: "externalAuthConfigRef" } };
    for (let time = 0; time < 2; time += 1) {
      const wrong = { ...server, spec: { ...spec(server), outgoingAuth: refused } };
      await apply(wrong);
      await until(["get", "virtualmcpserver", "plain", "-o", condition("Valid")], "False");
      await apply(server);
      await until(["get", "virtualmcpserver", "plain", "-o", condition("Valid")], "True");
    }
    const extras = { podDisruptionBudget: {}, networkPolicy: {}, autoscaling: { maxReplicas: 2 } };
    const kinds = "poddisruptionbudget,networkpolicy,horizontalpodautoscaler";
    const made = ["get", kinds, "-l", "headgate.dev/managed", "-o", "name"];
    const withExtras = async (more: object) => {
      await apply({ ...server, spec: { ...spec(server), ...extras, ...more } });
      await vi.waitFor(
        async () => expect((await kubectl(...made)).match(/\/plain$/gm)).toHaveLength(3),
        PATIENCE,
      );
    };
    await withExtras({});
    // With an account of its own it needs none of ours; and without the extras there are none.
    await apply({ ...server, spec: { ...spec(server), serviceAccount: "default" } });
    const accounts = ["get", "serviceaccount,role,rolebinding", "-o", "name"];
    await vi.waitFor(async () => {
      expect(await kubectl(...accounts)).not.toContain("plain-vmcp");
      expect(await kubectl(...made)).toBe("");
    }, PATIENCE);
    await withExtras({ serviceAccount: "default" });
    // What no gateway enforces has no gateway.
    const authz = {
      type: "inline",
      inline: { policies: ["permit(principal, action, resource);"] },
    };
    const incomingAuth = { type: "anonymous", authzConfig: authz };
    await apply({ ...server, spec: { ...spec(server), incomingAuth } });
    await vi.waitFor(async () => expect(await kubectl(...deployments)).toBe(""), PATIENCE);
    await vi.waitFor(() => expect(recorded.asked).toContain("get pods/proxy"), PATIENCE);
    await stop();

    const allowed = new Set(await allowedIn(namespace));
    const unused = [...allowed].filter((right) => !recorded.asked.has(right));
    expect([...recorded.forbidden]).toEqual([]);
    expect([...recorded.asked].filter((asked) => !allowed.has(asked))).toEqual([]);
    expect(unused).toEqual(ASKED_BY_ADMISSION);
  },
);

function spec(object: object): object {
  return (object as { readonly spec: object }).spec;
}

ownTest(
  "in cluster scope an operator acts in every namespace, and is forbidden nothing",
  async () => {
    const [home, elsewhere] = [await ownNamespace(cluster()), await ownNamespace(cluster())];
    const account = await install(home, []);
    const { recorded } = await operate(account, home, {});
    const objects = [manifest("MCPGroup", "plain", {}), server].map((object) => ({
      ...object,
      metadata: { ...object.metadata, namespace: elsewhere },
    }));
    await cluster().apply(objects);
    const get = [
      "get",
      "service",
      "vmcp-plain",
      "-n",
      elsewhere,
      "--ignore-not-found",
      "-o",
      "name",
    ];
    await vi.waitFor(
      async () => expect(await cluster().kubectl(get)).toContain("vmcp-plain"),
      PATIENCE,
    );
    expect([...recorded.forbidden]).toEqual([]);
  },
);
