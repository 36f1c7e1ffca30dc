import { restingRssKb, type Bench } from "../bench.ts";
import type { StartedGateway } from "../machine/gateway.ts";
import { sampleProcess } from "../machine/process-sample.ts";

/** Gives a gateway sessions and calls to warm up on, takes them away, and reads its memory at rest, in KB. */
export async function warmedUp(bench: Bench, gateway: StartedGateway): Promise<number> {
  const { tool } = await bench.load.run("findTool", { url: gateway.url, suffix: "echo" });
  await bench.load.run("loop", {
    url: gateway.url,
    request: "call",
    tool,
    callers: 16,
    durationMs: bench.scale.warmUpMs,
  });
  await bench.load.run("connects", { url: gateway.url, count: 200 });
  await bench.load.run("disperse", {});
  await bench.load.run("hangUp", {});
  return restingRssKb(gateway.pid, bench.scale.restMs);
}

/** Processor time per second while nothing is asked of a process. */
export async function idleCpuMicros(pid: number, windowMs: number): Promise<number> {
  const before = sampleProcess(pid).cpuMicros;
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, windowMs));
  return (sampleProcess(pid).cpuMicros - before) / ((performance.now() - start) / 1000);
}
