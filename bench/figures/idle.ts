import { restingRssKb, type Bench } from "../bench.ts";
import type { StartedGateway } from "../machine/gateway.ts";
import { sampleProcess } from "../machine/process-sample.ts";

/**
 * Runs every path that sessions take a few times, takes the sessions away and reads the memory at rest, in KB. No
 * load: the room it would leave in the heap would later hold sessions that then seem to weigh nothing.
 */
export async function warmedUp(bench: Bench, gateway: StartedGateway): Promise<number> {
  await bench.load.run("gather", { url: gateway.url, sessions: 50, streams: true });
  await bench.load.run("connects", { url: gateway.url, count: 50 });
  await bench.load.run("disperse", {});
  return restingRssKb(gateway.pid, bench.scale.restMs);
}

/** Processor time per second while nothing is asked of a process. */
export async function idleCpuMicros(pid: number, windowMs: number): Promise<number> {
  const before = sampleProcess(pid).cpuMicros;
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, windowMs));
  return (sampleProcess(pid).cpuMicros - before) / ((performance.now() - start) / 1000);
}
