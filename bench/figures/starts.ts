import { restingRssKb, type Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { median } from "../load/quantile.ts";
import { startGateway } from "../machine/gateway.ts";
import { sampleProcess } from "../machine/process-sample.ts";

/** Start to ready, memory then, and memory under load. */
export async function measureStarts(bench: Bench): Promise<readonly Figure[]> {
  if (!bench.ownGateway) return [];
  const readyMs: number[] = [];
  const idleKb: number[] = [];
  for (let round = 0; round < bench.scale.rounds; round++) {
    const gateway = await startGateway(bench.backends.urls);
    readyMs.push(gateway.readyMs);
    idleKb.push(await restingRssKb(gateway.pid, Math.min(2000, bench.scale.restMs)));
    await gateway.stop();
  }
  return [
    {
      name: "start to ready",
      unit: "ms",
      values: { gateway: median(readyMs) },
      bar: { atMost: 400 },
    },
    {
      name: "memory, idle",
      unit: "MB",
      values: { gateway: median(idleKb) / 1024 },
      bar: { atMost: 90 },
    },
    {
      name: `memory after ${bench.scale.loadMs / 1000} s of load`,
      unit: "MB",
      values: { gateway: (await loadedKb(bench)) / 1024 },
      bar: { atMost: 200 },
    },
  ];
}

async function loadedKb(bench: Bench): Promise<number> {
  const gateway = await startGateway(bench.backends.urls);
  try {
    const { tool } = await bench.load.run("findTool", { url: gateway.url, suffix: "echo" });
    await bench.load.run("loop", {
      url: gateway.url,
      request: "call",
      tool,
      callers: 16,
      durationMs: bench.scale.loadMs,
    });
    return sampleProcess(gateway.pid).rssKb;
  } finally {
    await bench.load.run("hangUp", {});
    await gateway.stop();
  }
}
