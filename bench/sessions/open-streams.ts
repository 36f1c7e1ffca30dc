import { fileURLToPath } from "node:url";
import { restingRssKb } from "../bench.ts";
import { startBackends } from "../machine/backends.ts";
import { firstLine, startNode } from "../machine/child.ts";
import { sampleProcess } from "../machine/process-sample.ts";
import { startOnRedis, type Ground } from "./ground.ts";

const BARE = fileURLToPath(new URL("../programs/bare-streams.ts", import.meta.url));

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
      name: "descriptors per session with an open stream",
      unit: "",
      values: { gateway: ours.descriptors, "bare node:http": bare.descriptors },
      bar: { atMost: 1.01 },
    },
  ]);
}

interface PerStream {
  readonly kb: number;
  readonly descriptors: number;
}

async function ofGateway(ground: Ground): Promise<PerStream> {
  const backends = await startBackends({
    servers: 3,
    tools: 20,
    sessions: true,
    firstPort: undefined,
  });
  const gateway = await startOnRedis(ground, backends.urls);
  try {
    return await perStream(ground, gateway);
  } finally {
    await ground.load.run("hangUp", {});
    await gateway.stop();
    await backends.stop();
  }
}

async function ofBareServer(ground: Ground): Promise<PerStream> {
  const child = startNode("gateway", [BARE], "pipe");
  try {
    const { url } = await firstLine<{ url: string }>(child);
    return await perStream(ground, { url, pid: child.pid });
  } finally {
    await ground.load.run("hangUp", {});
    await child.stop();
  }
}

async function perStream(
  { load, scale }: Ground,
  { url, pid }: { readonly url: string; readonly pid: number },
): Promise<PerStream> {
  const warm = 50;
  await load.run("gather", { url, sessions: warm, streams: true });
  const emptyKb = await restingRssKb(pid, scale.restMs);
  const { descriptors } = sampleProcess(pid);
  const sessions = warm + scale.streams;
  await load.run("gather", { url, sessions, streams: true });
  const rssKb = await restingRssKb(pid, scale.restMs);
  return {
    kb: (rssKb - emptyKb) / scale.streams,
    descriptors: (sampleProcess(pid).descriptors - descriptors) / scale.streams,
  };
}
