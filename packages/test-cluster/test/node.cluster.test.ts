import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { writeNodeImage } from "../src/image/node-image.ts";
import { useCluster } from "../src/vitest/use-cluster.ts";
import { hardenedEcho } from "./hardened-echo.ts";

const { test, ownTest, cluster } = useCluster({ node: true });
const namespace = "test-node";
const image = "headgate.test/echo:1";

interface Answer {
  readonly pod: string;
  readonly greeting: string;
  readonly user: number;
}

const kubectl = (...args: readonly string[]) => cluster().kubectl(["-n", namespace, ...args]);

/** The name of a Pod that is there to stay. */
async function somePod(): Promise<string> {
  const list = await kubectl("get", "pods", "-l", "app=echo", "-o", "json");
  const { items } = JSON.parse(list) as { items: readonly { metadata: PodMetadata }[] };
  const staying = items.find(({ metadata }) => metadata.deletionTimestamp === undefined);
  return staying?.metadata.name ?? expect.fail("no echo is there");
}

interface PodMetadata {
  readonly name: string;
  readonly deletionTimestamp?: string;
}

/** What the echo in a Pod answers, asked through the API server. */
async function echo<Result>(path: string): Promise<Result> {
  const proxy = `/api/v1/namespaces/${namespace}/pods/${await somePod()}:8080/proxy`;
  return JSON.parse(await cluster().kubectl(["get", "--raw", `${proxy}${path}`])) as Result;
}

async function fetchInPod(
  url: string,
): Promise<{ status?: number; body?: string; error?: string }> {
  return echo(`/fetch?url=${encodeURIComponent(url)}`);
}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "headgate-echo-"));
  const archive = join(folder, "echo.tar");
  const program = join(import.meta.dirname, "programs/echo.ts");
  await writeNodeImage(
    { name: image, files: { "/app/echo.ts": program }, args: ["/app/echo.ts"] },
    archive,
  );
  await cluster().importImage(archive);
  await rm(folder, { recursive: true });
  await cluster().apply(hardenedEcho(namespace, image));
});

afterAll(async () => {
  await cluster().kubectl(["delete", "namespace", namespace]);
});

test("a Deployment of two hardened Pods rolls out", async () => {
  await kubectl("rollout", "status", "deployment/echo", "--timeout=60s");
  const { user, greeting } = await echo<Answer>("/");
  expect({ user, greeting }).toEqual({ user: 65_532, greeting: "hello" });
});

test("Pods reach a Service by its name in the cluster's DNS, and are spread over its Pods", async () => {
  const url = `http://echo.${namespace}.svc.cluster.local/`;
  // kube-proxy needs a moment for a Service that has just appeared.
  await expect.poll(async () => (await fetchInPod(url)).status, { timeout: 20_000 }).toBe(200);
  const seen = new Set<string>();
  for (let call = 0; call < 30; call += 1) {
    const { status, body = "" } = await fetchInPod(url);
    expect(status).toBe(200);
    seen.add((JSON.parse(body) as Answer).pod);
  }
  expect(seen.size).toBe(2);
});

ownTest("a name outside of the cluster does not exist", async () => {
  expect((await fetchInPod("http://headgate.invalid/")).error).toContain("ENOTFOUND");
});

test("a changed ConfigMap reaches the file in a running Pod", async () => {
  const patch = JSON.stringify({ data: { greeting: "good evening" } });
  await kubectl("patch", "configmap", "echo", "--patch", patch);
  const greeting = async () => (await echo<Answer>("/")).greeting;
  await expect.poll(greeting, { timeout: 60_000, interval: 200 }).toBe("good evening");
});

ownTest("a Pod reaches a server of the test", async () => {
  const { hostAddress } = cluster();
  const server: Server = createServer((_, response) => response.end("from the test"));
  await once(server.listen(0, hostAddress), "listening");
  const { port } = server.address() as AddressInfo;
  expect(await fetchInPod(`http://${hostAddress}:${port}/`)).toEqual({
    status: 200,
    body: "from the test",
  });
  server.close();
});

test("logs and exec work", async () => {
  expect(await kubectl("logs", "deployment/echo")).toContain("listening");
  const version = ["/nodejs/bin/node", "--print", "process.version"];
  expect(await kubectl("exec", "deployment/echo", "--", ...version)).toContain(process.version);
});

test("a rolling update replaces the Pods", async () => {
  const { pod } = await echo<Answer>("/");
  await kubectl("set", "env", "deployment/echo", "CHANGED=yes");
  await kubectl("rollout", "status", "deployment/echo", "--timeout=60s");
  await kubectl("wait", "--for=delete", `pod/${pod}`, "--timeout=60s");
  expect((await echo<Answer>("/")).pod).not.toBe(pod);
});
