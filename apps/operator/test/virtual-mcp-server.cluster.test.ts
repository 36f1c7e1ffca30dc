import { useCluster } from "@headgate/test-cluster/vitest";
import { beforeAll, expect, vi } from "vitest";
import { installKinds, ownNamespace, startOperator } from "./operator-rig.ts";

const { test, cluster } = useCluster({ node: false });

beforeAll(async () => installKinds(cluster()));

const API = "toolhive.stacklok.dev/v1beta1";

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

async function get<T>(namespace: string, ...what: string[]): Promise<T> {
  return JSON.parse(await cluster().kubectl(["get", "-n", namespace, ...what, "-o", "json"])) as T;
}

const eventually = { timeout: 15_000, interval: 50 };

test("a server becomes a gateway with everything it needs", async () => {
  const namespace = await ownNamespace(cluster());
  const { log } = await startOperator(cluster(), namespace);
  const mark = await cluster().audit.mark();
  await cluster().apply([group(namespace), entry(namespace, "one"), server(namespace)]);
  try {
    await vi.waitFor(async () => {
      const { items } = await get<{ items: { kind: string; metadata: { name: string } }[] }>(
        namespace,
        "deploy,svc,cm,secret,sa,role,rolebinding",
        "-l",
        "headgate.dev/managed=true",
      );
      expect(items.map(({ kind, metadata }) => `${kind}/${metadata.name}`).toSorted()).toEqual([
        "ConfigMap/gateway-vmcp-config",
        "Deployment/gateway",
        "Role/gateway-vmcp",
        "RoleBinding/gateway-vmcp",
        "Secret/gateway-hmac-secret",
        "Service/vmcp-gateway",
        "ServiceAccount/gateway-vmcp",
      ]);
    }, eventually);
  } finally {
    console.log(log.join("\n"));
  }
  await new Promise((r) => setTimeout(r, 3000));
  console.log(
    await cluster().kubectl([
      "get",
      "-n",
      namespace,
      "vmcp/gateway",
      "cm/gateway-vmcp-config",
      "deploy/gateway",
      "-o",
      "yaml",
    ]),
  );
  console.log(
    (await cluster().audit.writes(mark))
      .filter((w) => w.namespace === namespace)
      .map((w) => `${w.atMs} ${w.verb} ${w.resource} ${w.name} ${w.code} ${w.userAgent}`)
      .join("\n"),
  );
});
