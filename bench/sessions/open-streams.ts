import { fileURLToPath } from "node:url";
import { restingRssKb } from "../bench.ts";
import { startBackends } from "../machine/backends.ts";
import { firstLine, startNode, type Child } from "../machine/child.ts";
import { OBSERVER } from "../machine/gateway.ts";
import { observe } from "../machine/observe.ts";
import { sampleProcess } from "../machine/process-sample.ts";
import { startOnRedis, type Ground } from "./ground.ts";

const BARE = fileURLToPath(new URL("../programs/bare-streams.ts", import.meta.url));

const FLAGS = ["--expose-gc"];

/** So many sessions with streams are there before memory is first read. */
const WARM_UP = 500;

/** What a session with an open stream takes, and what a bare server on node:http takes for the stream alone. */
export async function measureStreams(ground: Ground): Promise<void> {
  const { streams } = ground.scale;
  const [ours, bare] = [await ofGateway(ground), await ofBareServer(ground)];
  ground.report([
    {
      name: `memory per session of ${streams} with an open stream`,
      unit: "KB",
      values: { gateway: ours.kb, "bare node:http": bare.kb },
      bar: { atMost: 25 },
    },
    {
      name: "  after a garbage collection",
      unit: "KB",
      values: { gateway: ours.collectedKb, "bare node:http": bare.collectedKb },
    },
    {
      name: "  objects in the heap",
      unit: "KB",
      values: { gateway: ours.heapKb, "bare node:http": bare.heapKb },
    },
    {
      name: "descriptors per session with an open stream",
      unit: "",
      values: { gateway: ours.descriptors, "bare node:http": bare.descriptors },
      bar: { atMost: 1.01 },
    },
  ]);
}

interface PerStream {
  readonly kb: number;
  /** The same after a garbage collection. */
  readonly collectedKb: number;
  /** Objects in the heap. */
  readonly heapKb: number;
  readonly descriptors: number;
}

async function ofGateway(ground: Ground): Promise<PerStream> {
  const backends = await startBackends({
    servers: 3,
    tools: 20,
    sessions: true,
    firstPort: undefined,
  });
  const gateway = await startOnRedis(ground, backends.urls, { observed: true, flags: FLAGS });
  try {
    return await perStream(ground, gateway);
  } finally {
    await ground.load.run("hangUp", {});
    await gateway.stop();
    await backends.stop();
  }
}

async function ofBareServer(ground: Ground): Promise<PerStream> {
  const child = startNode("gateway", [...FLAGS, "--import", OBSERVER, BARE], "pipe");
  try {
    const { url } = await firstLine<{ url: string }>(child);
    return await perStream(ground, { ...child, url });
  } finally {
    await ground.load.run("hangUp", {});
    await child.stop();
  }
}

async function perStream(
  { load, scale }: Ground,
  target: Pick<Child, "pid" | "process"> & { readonly url: string },
): Promise<PerStream> {
  const { url, pid } = target;
  await load.run("gather", { url, sessions: WARM_UP, streams: true });
  const emptyKb = await restingRssKb(pid, scale.restMs);
  const empty = await observe(target, "memory");
  const { descriptors } = sampleProcess(pid);
  const sessions = WARM_UP + scale.streams;
  await load.run("gather", { url, sessions, streams: true });
  const rssKb = await restingRssKb(pid, scale.restMs);
  const { rssBytes, heapBytes } = await observe(target, "memory");
  return {
    kb: (rssKb - emptyKb) / scale.streams,
    collectedKb: (rssBytes - empty.rssBytes) / scale.streams / 1024,
    heapKb: (heapBytes - empty.heapBytes) / scale.streams / 1024,
    descriptors: (sampleProcess(pid).descriptors - descriptors) / scale.streams,
  };
}
