import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedis } from "@headgate/redis-server-for-tests";
import { openPassage, type Passage, writeNodeImage } from "@headgate/test-cluster";
import { useCluster } from "@headgate/test-cluster/vitest";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { startEcho } from "../fixtures/echo/listen.ts";
import { startOperator } from "./running-operator.ts";

const { ownTest: test, cluster } = useCluster({ node: true });
const ROOT = join(import.meta.dirname, "../..");
const IMAGE = "headgate.test/gateway:1";
const namespace = "gateways";
const API = "toolhive.stacklok.dev/v1beta1";
const EVENTUALLY = { timeout: 60_000, interval: 100 };
const ends: (() => Promise<unknown>)[] = [];

interface Status {
  readonly phase?: string;
  readonly discoveredBackends?: readonly { name: string; status: string; message?: string }[];
}

function entry(name: string, { host, port }: Passage): object {
  return {
    apiVersion: API,
    kind: "MCPServerEntry",
    metadata: { name, namespace },
    spec: {
      remoteUrl: `http://${host}:${port}/mcp`,
      transport: "streamable-http",
      groupRef: { name: "tools" },
      allowPrivateEndpoint: true,
    },
  };
}

function server(redis: Passage, maxTokens: number): object {
  return {
    apiVersion: API,
    kind: "VirtualMCPServer",
    metadata: { name: "gateway", namespace },
    spec: {
      replicas: 2,
      groupRef: { name: "tools" },
      incomingAuth: { type: "anonymous" },
      sessionStorage: { provider: "redis", address: `${redis.host}:${redis.port}` },
      config: {
        operational: {
          failureHandling: {
            healthCheckInterval: "2s",
            healthCheckTimeout: "1s",
            unhealthyThreshold: 1,
          },
        },
        rateLimiting: { shared: { maxTokens, refillPeriod: "1m0s" } },
      },
    },
  };
}

async function status(): Promise<Status> {
  const text = await cluster().kubectl(["get", "-n", namespace, "vmcp/gateway", "-o", "json"]);
  return (JSON.parse(text) as { status?: Status }).status ?? {};
}

async function pods(): Promise<readonly string[]> {
  const args = ["get", "-n", namespace, "pods", "-l", "app=virtualmcpserver", "-o", "name"];
  const text = await cluster().kubectl(args);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replace("pod/", ""))
    .toSorted();
}

/** What every gateway says of itself. */
async function gateways(): Promise<
  readonly { limits: { max_tokens: number }[]; backends: { name: string }[] }[]
> {
  const names = await pods();
  return Promise.all(
    names.map(async (pod) => {
      const path = `/api/v1/namespaces/${namespace}/pods/${pod}:4483/proxy/status`;
      return JSON.parse(await cluster().kubectl(["get", "--raw", path])) as never;
    }),
  );
}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "headgate-gateways-"));
  const archive = join(folder, "gateway.tar");
  const files = { "/app/main.js": join(ROOT, "apps/gateway/dist/main.js") };
  await writeNodeImage({ name: IMAGE, files, args: ["/app/main.js"] }, archive);
  await cluster().importImage(archive);
  await rm(folder, { recursive: true });
  const crds = join(ROOT, "deploy/charts/operator-crds/files/crds");
  await cluster().kubectl(["apply", "--server-side", "--force-conflicts", "-f", crds]);
  await cluster().kubectl(["wait", "--for=condition=Established", "crd", "--all"]);
  await cluster().kubectl(["create", "namespace", namespace]);
  ends.push(() => cluster().kubectl(["delete", "namespace", namespace, "--wait=false"]));
  const operator = startOperator(cluster().kubeconfig, namespace, { VMCP_IMAGE: IMAGE });
  ends.push(operator.stop);
}, 300_000);

afterAll(async () => {
  for (const end of ends.toReversed()) await end();
}, 120_000);

test("gateways follow their objects without a restart, say how their backends are, and write nothing at rest", async () => {
  const host = cluster().hostAddress;
  const echo = await startEcho();
  const redisServer = await startRedis();
  const backend = await openPassage(host, Number(new URL(echo.url).port));
  const redis = await openPassage(host, redisServer.port);
  ends.push(backend.close, redis.close, echo.close, redisServer.stop);
  await cluster().apply([
    { apiVersion: API, kind: "MCPGroup", metadata: { name: "tools", namespace }, spec: {} },
    entry("one", backend),
    server(redis, 10),
  ]);
  await vi.waitFor(async () => {
    expect(await status()).toMatchObject({
      phase: "Ready",
      discoveredBackends: [{ name: "one", status: "ready" }],
    });
  }, EVENTUALLY);
  const first = await pods();
  expect(first).toHaveLength(2);

  const resting = await cluster().audit.mark();
  await new Promise((resolve) => setTimeout(resolve, 25_000));
  const written = (await cluster().audit.writes(resting)).filter(
    (write) => write.namespace === namespace && !write.user.startsWith("system:kube-"),
  );
  expect(written.map(({ user, verb, resource, name }) => [user, verb, resource, name])).toEqual([]);

  const mark = await cluster().audit.mark();
  await cluster().apply([server(redis, 99)]);
  await vi.waitFor(
    async () => {
      const limits = (await gateways()).map((gateway) => gateway.limits[0]?.max_tokens);
      expect(limits).toEqual([99, 99]);
    },
    { timeout: 20_000, interval: 20 },
  );
  const seenMs = Date.now();
  const writes = await cluster().audit.writes(mark);
  const change = writes.find(({ name }) => name === "gateway-vmcp-config");
  expect(seenMs - change!.atMs).toBeLessThan(2_000);

  await cluster().apply([entry("two", backend)]);
  await vi.waitFor(async () => {
    for (const gateway of await gateways()) {
      expect(gateway.backends.map(({ name }) => name)).toEqual(["one", "two"]);
    }
    expect((await status()).discoveredBackends?.map((one) => one.status)).toEqual([
      "ready",
      "ready",
    ]);
  }, EVENTUALLY);

  await backend.close();
  await vi.waitFor(async () => {
    const now = await status();
    expect(now.phase).toBe("Degraded");
    expect(now.discoveredBackends?.map((one) => one.status)).toEqual([
      "unavailable",
      "unavailable",
    ]);
  }, EVENTUALLY);
  expect(await pods()).toEqual(first);
}, 240_000);

test("a gateway that lets in the cluster's own accounts finds the keys of the cluster", async () => {
  await cluster().apply([
    { apiVersion: API, kind: "MCPGroup", metadata: { name: "empty", namespace }, spec: {} },
    {
      apiVersion: API,
      kind: "MCPOIDCConfig",
      metadata: { name: "accounts", namespace },
      spec: {
        type: "kubernetesServiceAccount",
        kubernetesServiceAccount: {
          issuer: await issuer(),
          // Not at the address that the API server gives itself, which is on another network.
          jwksUrl: "https://kubernetes.default.svc/openid/v1/jwks",
        },
      },
    },
    {
      apiVersion: API,
      kind: "VirtualMCPServer",
      metadata: { name: "closed", namespace },
      spec: {
        groupRef: { name: "empty" },
        incomingAuth: {
          type: "oidc",
          oidcConfigRef: { name: "accounts", audience: "tools" },
        },
      },
    },
  ]);
  await vi.waitFor(async () => {
    const args = ["get", "-n", namespace, "pods", "-l", "toolhive-name=closed", "-o", "name"];
    const pod = (await cluster().kubectl(args)).trim().replace("pod/", "");
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}:4483/proxy/metrics`;
    const metrics = await cluster().kubectl(["get", "--raw", path]);
    expect(metrics).toMatch(/^headgate_idp_keys(\{[^}]*\})? [1-9]/m);
  }, EVENTUALLY);
}, 120_000);

/** Who signs the tokens of the cluster's accounts. */
async function issuer(): Promise<string> {
  const text = await cluster().kubectl(["get", "--raw", "/.well-known/openid-configuration"]);
  return (JSON.parse(text) as { issuer: string }).issuer;
}
