import type { KubeObject } from "@headgate/controller";
import { useCluster } from "@headgate/test-cluster/vitest";
import { beforeAll, describe, expect, vi } from "vitest";
import { parse } from "yaml";
import { installKinds, ownNamespace, startOperator } from "./operator-rig.ts";

const { test, ownTest, cluster } = useCluster({ node: false });

beforeAll(async () => installKinds(cluster()));

const API = "toolhive.stacklok.dev/v1beta1";
const EVENTUALLY = { timeout: 20_000, interval: 50 };
const CHILDREN = "deploy,svc,cm,secret,sa,role,rolebinding";
const NAMES = [
  "ConfigMap/gateway-vmcp-config",
  "Deployment/gateway",
  "Role/gateway-vmcp",
  "RoleBinding/gateway-vmcp",
  "Secret/gateway-hmac-secret",
  "Service/vmcp-gateway",
  "ServiceAccount/gateway-vmcp",
];

interface Status {
  readonly phase?: string;
  readonly message?: string;
  readonly url?: string;
  readonly observedGeneration?: number;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
    readonly observedGeneration?: number;
  }[];
  readonly discoveredBackends?: readonly { readonly name: string; readonly status: string }[];
}
interface Thing extends KubeObject {
  readonly data?: Record<string, string>;
  readonly spec?: Record<string, unknown>;
  readonly status?: Status;
}

function group(namespace: string): object {
  return { apiVersion: API, kind: "MCPGroup", metadata: { name: "tools", namespace }, spec: {} };
}

function entry(namespace: string, name: string): object {
  return {
    apiVersion: API,
    kind: "MCPServerEntry",
    metadata: { name, namespace },
    spec: {
      remoteUrl: `https://${name}.example.com/mcp`,
      transport: "streamable-http",
      groupRef: { name: "tools" },
    },
  };
}

function server(namespace: string, spec: object = {}): object {
  return {
    apiVersion: API,
    kind: "VirtualMCPServer",
    metadata: { name: "gateway", namespace },
    spec: { groupRef: { name: "tools" }, incomingAuth: { type: "anonymous" }, ...spec },
  };
}

const LIMITED = {
  sessionStorage: { provider: "redis", address: "redis:6379" },
  config: { rateLimiting: { shared: { maxTokens: 10, refillPeriod: "1m0s" } } },
};

async function get(namespace: string, kind: string, name: string): Promise<Thing> {
  const text = await cluster().kubectl(["get", "-n", namespace, kind, name, "-o", "json"]);
  return JSON.parse(text) as Thing;
}

async function children(namespace: string): Promise<readonly Thing[]> {
  const text = await cluster().kubectl([
    "get",
    "-n",
    namespace,
    CHILDREN,
    "-l",
    "headgate.dev/managed=true",
    "-o",
    "json",
  ]);
  return (JSON.parse(text) as { items: Thing[] }).items;
}

async function names(namespace: string): Promise<readonly string[]> {
  const all = await children(namespace);
  return all.map(({ kind, metadata }) => `${kind}/${metadata.name}`).toSorted();
}

async function ready(namespace: string): Promise<NonNullable<Status["conditions"]>[number]> {
  const { status } = await get(namespace, "vmcp", "gateway");
  return status!.conditions!.find(({ type }) => type === "Ready")!;
}

async function config(namespace: string): Promise<Record<string, unknown>> {
  const { data } = await get(namespace, "cm", "gateway-vmcp-config");
  return parse(data!["config.yaml"]!) as Record<string, unknown>;
}

/** A namespace with an operator, a group with one entry, and a gateway for it. */
async function running(spec: object = {}) {
  const namespace = await ownNamespace(cluster());
  const operator = await startOperator(cluster(), namespace);
  await cluster().apply([group(namespace), entry(namespace, "one"), server(namespace, spec)]);
  await vi.waitFor(async () => expect(await names(namespace)).toEqual(NAMES), EVENTUALLY);
  await vi.waitFor(
    async () => expect((await ready(namespace)).reason).toBe("DeploymentNotReady"),
    EVENTUALLY,
  );
  return { namespace, operator };
}

/** What the operator of a namespace wrote since a mark, once it wrote nothing for a while. */
async function writes(namespace: string, mark: number): Promise<readonly string[]> {
  let before = -1;
  return vi.waitFor(
    async () => {
      const all = await cluster().audit.writes(mark);
      const ours = all.filter(
        (write) =>
          write.userAgent.startsWith("headgate-operator/") && write.namespace === namespace,
      );
      const settled = ours.length === before;
      before = ours.length;
      expect(settled).toBe(true);
      return ours.map(({ resource, name }) => `${resource} ${name}`);
    },
    { timeout: 20_000, interval: 1_000 },
  );
}

async function deployedGeneration(namespace: string): Promise<number> {
  return (await get(namespace, "deploy", "gateway")).metadata.generation!;
}

ownTest(
  "a server becomes a gateway with everything it needs, and no more is written than that takes",
  async () => {
    const namespace = await ownNamespace(cluster());
    await startOperator(cluster(), namespace);
    const mark = await cluster().audit.mark();
    await cluster().apply([group(namespace), entry(namespace, "one"), server(namespace)]);
    await vi.waitFor(async () => expect(await names(namespace)).toEqual(NAMES), EVENTUALLY);
    const all = (await writes(namespace, mark)).filter((write) => write.includes("gateway"));
    expect(all.toSorted()).toEqual([
      "configmaps gateway-vmcp-config",
      "deployments gateway",
      "rolebindings gateway-vmcp",
      "roles gateway-vmcp",
      "secrets gateway-hmac-secret",
      "serviceaccounts gateway-vmcp",
      "services vmcp-gateway",
      "virtualmcpservers/status gateway",
    ]);
    const { status, metadata } = await get(namespace, "vmcp", "gateway");
    expect(status).toMatchObject({
      phase: "Pending",
      url: `http://vmcp-gateway.${namespace}.svc.cluster.local:4483`,
      observedGeneration: metadata.generation,
      discoveredBackends: [{ name: "one", status: "unknown" }],
    });
    for (const condition of status!.conditions!) {
      expect(condition.observedGeneration).toBe(metadata.generation);
    }
    for (const child of await children(namespace)) {
      expect(child.metadata.ownerReferences).toMatchObject([
        { kind: "VirtualMCPServer", name: "gateway", uid: metadata.uid, controller: true },
      ]);
    }
  },
);

ownTest("at rest nothing is written, and a restarted operator writes nothing either", async () => {
  const { namespace, operator } = await running(LIMITED);
  await operator.stop();
  const mark = await cluster().audit.mark();
  const { log } = await startOperator(cluster(), namespace);
  await vi.waitFor(() => expect(log.join()).toContain("every cache is full"), EVENTUALLY);
  await cluster().kubectl(["annotate", "-n", namespace, "mcpserverentry/one", "note=nothing"]);
  const all = (await writes(namespace, mark)).filter((write) => write.includes("gateway"));
  expect(all).toEqual([]);
});

describe("a child that somebody", () => {
  test.each([
    "deploy/gateway",
    "svc/vmcp-gateway",
    "cm/gateway-vmcp-config",
    "secret/gateway-hmac-secret",
    "sa/gateway-vmcp",
    "role/gateway-vmcp",
    "rolebinding/gateway-vmcp",
  ])("deleted is back: %s", async (child) => {
    const { namespace } = await running();
    await cluster().kubectl(["delete", "-n", namespace, child]);
    await vi.waitFor(async () => expect(await names(namespace)).toEqual(NAMES), EVENTUALLY);
  });

  test("changed is as it was, and what others added stays", async () => {
    const { namespace } = await running();
    const patch = (child: string, body: object) =>
      cluster().kubectl([
        "patch",
        "-n",
        namespace,
        child,
        "--type=merge",
        "-p",
        JSON.stringify(body),
      ]);
    await patch("svc/vmcp-gateway", {
      spec: { selector: { app: "other" }, sessionAffinity: "None" },
    });
    await patch("cm/gateway-vmcp-config", { data: { "config.yaml": "{}", more: "mine" } });
    await patch("role/gateway-vmcp", { rules: [] });
    await patch("deploy/gateway", { metadata: { labels: { toolhive: null, mine: "1" } } });
    await vi.waitFor(async () => {
      const service = await get(namespace, "svc", "vmcp-gateway");
      expect(service.spec).toMatchObject({
        sessionAffinity: "ClientIP",
        selector: { app: "virtualmcpserver" },
      });
      expect(await config(namespace)).toHaveProperty("name", "gateway");
      expect((await get(namespace, "cm", "gateway-vmcp-config")).data).toHaveProperty(
        "more",
        "mine",
      );
      expect(await get(namespace, "role", "gateway-vmcp")).toHaveProperty(
        "rules.0.resources.0",
        "configmaps",
      );
      const { labels } = (await get(namespace, "deploy", "gateway")).metadata;
      expect(labels).toMatchObject({ toolhive: "true", mine: "1" });
    }, EVENTUALLY);
  });
});

ownTest("a changed limit is a changed ConfigMap and nothing else", async () => {
  const { namespace } = await running(LIMITED);
  const generation = await deployedGeneration(namespace);
  const mark = await cluster().audit.mark();
  const limits = { rateLimiting: { shared: { maxTokens: 99, refillPeriod: "1m0s" } } };
  await cluster().apply([server(namespace, { ...LIMITED, config: limits })]);
  await vi.waitFor(
    async () =>
      expect(await config(namespace)).toHaveProperty("rateLimiting.shared", {
        maxTokens: 99,
        refillPeriod: "1m0s",
      }),
    EVENTUALLY,
  );
  // The status says of which generation of the spec it speaks.
  expect(await writes(namespace, mark)).toEqual([
    "configmaps gateway-vmcp-config",
    "virtualmcpservers/status gateway",
  ]);
  expect(await deployedGeneration(namespace)).toBe(generation);
});

test("members come and go with the group, and no Pod is replaced for it", async () => {
  const { namespace } = await running();
  const generation = await deployedGeneration(namespace);
  const backends = async () =>
    ((await config(namespace))["backends"] as { name: string }[]).map(({ name }) => name);
  await cluster().apply([entry(namespace, "two")]);
  await vi.waitFor(async () => expect(await backends()).toEqual(["one", "two"]), EVENTUALLY);
  await cluster().kubectl(["delete", "-n", namespace, "mcpserverentry/one"]);
  await vi.waitFor(async () => expect(await backends()).toEqual(["two"]), EVENTUALLY);
  const { status } = await get(namespace, "vmcp", "gateway");
  expect(status?.discoveredBackends?.map(({ name }) => name)).toEqual(["two"]);
  expect(await deployedGeneration(namespace)).toBe(generation);
});

test("a spec that no gateway runs is told, and what ran before goes on", async () => {
  const { namespace } = await running();
  const generation = await deployedGeneration(namespace);
  const wrong = { config: { aggregation: { conflictResolution: "manual" }, rateLimitting: {} } };
  await cluster().apply([server(namespace, wrong)]);
  await vi.waitFor(async () => {
    const { status, metadata } = await get(namespace, "vmcp", "gateway");
    expect(status?.phase).toBe("Failed");
    const valid = status?.conditions?.find(({ type }) => type === "Valid");
    expect(valid).toMatchObject({
      status: "False",
      reason: "ValidationFailed",
      observedGeneration: metadata.generation,
    });
    expect(valid?.message).toContain("spec.config.rateLimitting is not known");
  }, EVENTUALLY);
  expect(await names(namespace)).toEqual(NAMES);
  expect(await deployedGeneration(namespace)).toBe(generation);
  expect(await config(namespace)).toHaveProperty("aggregation.conflictResolution", "prefix");
});

test("a block that is not enforced ends the gateway, with a reason that names it", async () => {
  const { namespace } = await running();
  const policies = ["permit(principal, action, resource);"];
  const authzConfig = { type: "inline", inline: { policies } };
  await cluster().apply([server(namespace, { incomingAuth: { type: "anonymous", authzConfig } })]);
  await vi.waitFor(async () => {
    expect(await ready(namespace)).toMatchObject({
      status: "False",
      reason: "IncomingAuthAuthzNotEnforced",
    });
    expect(await names(namespace)).not.toContain("Deployment/gateway");
  }, EVENTUALLY);
  await cluster().apply([server(namespace)]);
  await cluster()
    .kubectl([
      "patch",
      "-n",
      namespace,
      "vmcp/gateway",
      "--type=json",
      "-p",
      '[{"op":"remove","path":"/spec/incomingAuth/authzConfig"}]',
    ])
    .catch(() => undefined);
  await vi.waitFor(async () => expect(await names(namespace)).toEqual(NAMES), EVENTUALLY);
});

test("a Secret that is missing is waited for, and one that changes rolls the gateway", async () => {
  const namespace = await ownNamespace(cluster());
  await startOperator(cluster(), namespace);
  const sessionStorage = {
    provider: "redis",
    address: "redis:6379",
    passwordRef: { name: "redis", key: "password" },
  };
  await cluster().apply([
    group(namespace),
    entry(namespace, "one"),
    server(namespace, { sessionStorage }),
  ]);
  await vi.waitFor(async () => {
    const { status } = await get(namespace, "vmcp", "gateway");
    const auth = status?.conditions?.find(({ type }) => type === "AuthConfigured");
    expect(auth).toMatchObject({ status: "False", reason: "AuthInvalid" });
  }, EVENTUALLY);
  const secret = (password: string, more = {}) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "redis", namespace, ...more },
    stringData: { password },
  });
  await cluster().apply([secret("canary-one")]);
  await vi.waitFor(async () => expect(await names(namespace)).toEqual(NAMES), EVENTUALLY);
  const generation = await deployedGeneration(namespace);
  await cluster().apply([secret("canary-one", { labels: { note: "a" } })]);
  await cluster().apply([secret("canary-two", { labels: { note: "a" } })]);
  await vi.waitFor(
    async () => expect(await deployedGeneration(namespace)).toBe(generation + 1),
    EVENTUALLY,
  );
  const text = JSON.stringify([await children(namespace), await get(namespace, "vmcp", "gateway")]);
  expect(text).not.toContain("canary-");
});

test("the number of replicas stays as it is when the spec stops to say it", async () => {
  const { namespace } = await running({ replicas: 3, sessionAffinity: "None" });
  await cluster().apply([server(namespace, { sessionAffinity: "ClientIP" })]);
  await vi.waitFor(async () => {
    const { spec } = await get(namespace, "svc", "vmcp-gateway");
    expect(spec).toHaveProperty("sessionAffinity", "ClientIP");
  }, EVENTUALLY);
  expect((await get(namespace, "deploy", "gateway")).spec).toHaveProperty("replicas", 3);
  await cluster().kubectl(["scale", "-n", namespace, "deploy/gateway", "--replicas=5"]);
  await cluster().kubectl(["annotate", "-n", namespace, "svc/vmcp-gateway", "note=x"]);
  await cluster().apply([entry(namespace, "two")]);
  await vi.waitFor(async () => {
    expect(JSON.stringify(await config(namespace))).toContain("two.example.com");
  }, EVENTUALLY);
  expect((await get(namespace, "deploy", "gateway")).spec).toHaveProperty("replicas", 5);
});

test("an object of somebody else is left alone, and told", async () => {
  const namespace = await ownNamespace(cluster());
  await startOperator(cluster(), namespace);
  const theirs = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "vmcp-gateway", namespace },
    spec: { ports: [{ port: 80 }], selector: { app: "theirs" } },
  };
  await cluster().apply([theirs, group(namespace), entry(namespace, "one"), server(namespace)]);
  await vi.waitFor(
    async () => expect(await ready(namespace)).toMatchObject({ reason: "NameTaken" }),
    EVENTUALLY,
  );
  const { spec } = await get(namespace, "svc", "vmcp-gateway");
  expect(spec).toHaveProperty("selector", { app: "theirs" });
});

ownTest("what keeps gateways available comes and goes with the spec", async () => {
  const { namespace } = await running({ replicas: 3 });
  const available = {
    podDisruptionBudget: { maxUnavailable: 1 },
    autoscaling: { minReplicas: 2, maxReplicas: 4 },
    topologySpread: ["kubernetes.io/hostname"],
    networkPolicy: { fromNamespaces: ["ingress"] },
  };
  const optional = async () => {
    const kinds = "pdb,hpa,networkpolicy";
    const text = await cluster().kubectl(["get", "-n", namespace, kinds, "-o", "name"]);
    return text.split("\n").filter((line) => line !== "");
  };
  await cluster().apply([server(namespace, available)]);
  await vi.waitFor(async () => expect(await optional()).toHaveLength(3), EVENTUALLY);
  const mark = await cluster().audit.mark();
  await cluster().kubectl(["annotate", "-n", namespace, "mcpserverentry/one", "note=nothing"]);
  expect(await writes(namespace, mark)).toEqual([]);
  await cluster().apply([server(namespace)]);
  await vi.waitFor(async () => expect(await optional()).toEqual([]), EVENTUALLY);
});

test("a server that is deleted takes everything with it", async () => {
  const { namespace } = await running({ podDisruptionBudget: {} });
  await cluster().kubectl(["delete", "-n", namespace, "vmcp/gateway"]);
  await vi.waitFor(async () => expect(await names(namespace)).toEqual([]), EVENTUALLY);
});
