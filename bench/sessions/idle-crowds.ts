import { restingRssKb } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { usedMemory } from "../limits/redis-meter.ts";
import { startBackends } from "../machine/backends.ts";
import type { StartedGateway } from "../machine/gateway.ts";
import { metricOf } from "../machine/metric.ts";
import { observe } from "../machine/observe.ts";
import { sampleProcess } from "../machine/process-sample.ts";
import { startOnRedis, TOOLS, type Ground } from "./ground.ts";
import { measureRestores } from "./restores.ts";
import { measureSweep } from "./sweeps.ts";

/** Sessions that used all three backends and do nothing now: what they take, and what is asked with so many of them about. */
export async function measureCrowds(ground: Ground): Promise<void> {
  const { crowds } = ground.scale;
  const backends = await startBackends({
    servers: 3,
    tools: 20,
    sessions: true,
    firstPort: undefined,
  });
  const gateway = await startOnRedis(ground, backends.urls, {
    observed: true,
    flags: ["--expose-gc"],
  });
  try {
    await grow(ground, gateway);
    ground.report(await measureSweep(gateway, crowds[2]));
    await measureRestores(ground, backends);
  } finally {
    await ground.load.run("hangUp", {});
    await gateway.stop();
    await backends.stop();
  }
}

/** So many sessions run every path that sessions take, and are gone before memory is first read. */
const WARM_UP = 500;

async function grow(ground: Ground, gateway: StartedGateway): Promise<void> {
  const { load, redis, scale } = ground;
  const { url, pid } = gateway;
  await load.run("gather", { url, sessions: WARM_UP, streams: true, tools: TOOLS });
  await load.run("disperse", {});
  const emptyKb = await restingRssKb(pid, scale.restMs);
  const empty = await observe(gateway, "memory");
  const emptyRedis = await usedMemory(redis);
  const descriptors = sampleProcess(pid).descriptors;
  for (const sessions of scale.crowds) {
    await load.run("gather", { url, sessions, streams: false, tools: TOOLS });
    const figures: Figure[] = [];
    const add = (name: string, unit: string, value: number, bar?: Figure["bar"]): void => {
      figures.push({ name: `${name} of ${sessions}`, unit, values: { gateway: value }, bar });
    };
    const rssKb = await restingRssKb(pid, scale.restMs);
    const perSession = (rssKb - emptyKb) / sessions;
    add("memory per idle session", "KB", perSession, { atMost: 12 });
    const inRedis = ((await usedMemory(redis)) - emptyRedis) / sessions / 1024;
    const { rssBytes, heapBytes } = await observe(gateway, "memory");
    add("  after a garbage collection", "KB", (rssBytes - empty.rssBytes) / sessions / 1024);
    add("  objects in the heap", "KB", (heapBytes - empty.heapBytes) / sessions / 1024);
    add("memory in Redis per session", "KB", inRedis, { atMost: 2 });
    add("more descriptors", "", sampleProcess(pid).descriptors - descriptors);
    const refused = await metricOf(url, "headgate_sessions_refused_total");
    add("refused once, as Redis was late,", "", refused);
    ground.report(figures);
  }
}
