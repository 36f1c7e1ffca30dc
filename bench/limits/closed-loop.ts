import type { RedisServer } from "@headgate/redis-server-for-tests";
import { quantile } from "../load/quantile.ts";
import type { Contestant } from "./contestants.ts";
import { redisCpuMicros } from "./redis-meter.ts";
import { TOOLS, USERS } from "./workload.ts";

/** What a number of callers, each with one call at a time, got and cost. */
export interface LoopFigures {
  readonly perSecond: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly redisMicros: number;
  readonly nodeMicros: number;
}

/** Lets callers decide one call after the other for so long; every call must be admitted. */
export async function closedLoop(
  contestant: Contestant,
  load: { readonly callers: number; readonly windowMs: number; readonly server: RedisServer },
): Promise<LoopFigures> {
  await callFor(contestant, load.callers, load.windowMs / 4);
  const [redisBefore, nodeBefore] = [await redisCpuMicros(load.server), process.cpuUsage()];
  const startedMs = performance.now();
  const waits = await callFor(contestant, load.callers, load.windowMs);
  const seconds = (performance.now() - startedMs) / 1000;
  const node = process.cpuUsage(nodeBefore);
  const redisMicros = (await redisCpuMicros(load.server)) - redisBefore;
  const sorted = Float64Array.from(waits).toSorted();
  return {
    perSecond: waits.length / seconds,
    p50Micros: quantile(sorted, 0.5) * 1000,
    p99Micros: quantile(sorted, 0.99) * 1000,
    redisMicros: redisMicros / waits.length,
    nodeMicros: (node.user + node.system) / waits.length,
  };
}

async function callFor(
  contestant: Contestant,
  callers: number,
  durationMs: number,
): Promise<number[]> {
  const waits: number[] = [];
  const endMs = performance.now() + durationMs;
  let call = 0;
  const caller = async (): Promise<void> => {
    for (let startedMs = performance.now(); startedMs < endMs;) {
      const number = call++;
      const admitted = await contestant.decide((number * 7919) % USERS, (number * 31) % TOOLS);
      if (!admitted) throw new Error(`${contestant.name} refused a call of an ample limit`);
      const endedMs = performance.now();
      waits.push(endedMs - startedMs);
      startedMs = endedMs;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return waits;
}
