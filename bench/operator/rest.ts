import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startRedis } from "@headgate/redis-server-for-tests";
import {
  type ControlPlane,
  importImage,
  programSource,
  type RunningCluster,
  startCluster,
  writeNodeImage,
  openPassage,
} from "@headgate/test-cluster";
import { startBackends } from "../machine/backends.ts";
import { openGround } from "./ground.ts";
import { applyServer, NAMESPACE } from "./objects.ts";
import type { OperatorFigure } from "./operator-figure.ts";
import { figureOf } from "./scale.ts";

const IMAGE = "headgate.test/gateway:bench";
const GATEWAY = fileURLToPath(new URL("../../apps/gateway/dist/main.js", import.meta.url));
const UNTIL_READY_MS = 120_000;
const SETTLE_MS = 15_000;

/** Two gateways in real Pods that nobody calls: what they and the operator write in a minute. */
export async function measureRest(forMs: number): Promise<readonly OperatorFigure[]> {
  const programs = programSource(process.env, console.log);
  const cluster = await startCluster({ programs, node: true });
  try {
    return await atRest(cluster, forMs);
  } finally {
    await cluster.stop();
  }
}

async function atRest(
  { controlPlane, node, hostAddress = "" }: RunningCluster,
  forMs: number,
): Promise<readonly OperatorFigure[]> {
  if (node === undefined) throw new Error("The cluster has no node.");
  await putImage(node.images);
  const one = { servers: 1, tools: 3, sessions: true, firstPort: undefined };
  const [ground, backends, redis] = await Promise.all([
    openGround(controlPlane, IMAGE),
    startBackends(one),
    startRedis(),
  ]);
  const [backend, store] = await Promise.all([
    openPassage(hostAddress, Number(new URL(backends.urls[0] ?? "").port)),
    openPassage(hostAddress, redis.port),
  ]);
  try {
    const url = `http://${hostAddress}:${backend.port}/mcp`;
    const address = `${hostAddress}:${store.port}`;
    await applyServer(ground.client, {
      name: "rest",
      url,
      redis: address,
      maxTokens: 10,
      replicas: 2,
    });
    const perMinute = await writesAtRest(controlPlane, forMs);
    const figure = figureOf("two gateway Pods at rest: writes a minute", "", perMinute, 0);
    return [{ ...figure, reference: "12" }];
  } finally {
    await ground.close();
    await Promise.all([backend.close(), store.close(), backends.stop(), redis.stop()]);
  }
}

/** What gateways and operator write in a minute, but Leases, once nothing is about to happen. */
async function writesAtRest({ kubectl, audit }: ControlPlane, forMs: number): Promise<number> {
  const wait = ["wait", "-n", NAMESPACE, `--timeout=${UNTIL_READY_MS}ms`];
  await kubectl([...wait, "--for=condition=Ready", "vmcp/rest"]);
  await kubectl([...wait, "--for=jsonpath={.status.readyReplicas}=2", "deploy/rest"]);
  // How backends are is asked of the gateways every ten seconds.
  const health = "--for=jsonpath={.status.discoveredBackends[0].status}=ready";
  await kubectl([...wait, health, "vmcp/rest"]);
  await delay(SETTLE_MS);
  const mark = await audit.mark();
  await delay(forMs);
  const writes = (await audit.writes(mark)).filter(
    ({ namespace, user, resource }) =>
      namespace === NAMESPACE && resource !== "leases" && !user.startsWith("system:kube-"),
  );
  for (const { user, verb, resource, name } of writes)
    console.log(`  ${user} ${verb} ${resource} ${name}`);
  return (writes.length * 60_000) / forMs;
}

/** Puts the built gateway on the node. */
async function putImage(store: Parameters<typeof importImage>[0]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "headgate-bench-image-"));
  const archive = join(folder, "gateway.tar");
  const files = { "/app/main.js": GATEWAY };
  await writeNodeImage({ name: IMAGE, files, args: ["/app/main.js"] }, archive);
  await importImage(store, archive);
  await rm(folder, { recursive: true });
}
