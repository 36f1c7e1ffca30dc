import type { Backends } from "./machine/backends.ts";
import type { LoadProcess } from "./machine/load-process.ts";
import { sampleProcess } from "./machine/process-sample.ts";
import type { Target } from "./machine/target.ts";
import type { Scale } from "./scale.ts";

/** What every family of figures measures with. */
export interface Bench {
  readonly scale: Scale;
  readonly load: LoadProcess;
  /** Three servers of twenty tools. */
  readonly backends: Backends;
  /** Gateways that somebody else started in front of those servers. */
  readonly peers: readonly Target[];
  /** Whether our own gateway takes part. */
  readonly ownGateway: boolean;
}

/** What one piece of work cost a target and the servers behind it. */
export interface Cost<Result> {
  readonly result: Result;
  /** NaN when the target's pid is unknown, or when it is the backend itself. */
  readonly cpuMicros: number;
  readonly backendRequests: number;
  readonly backendConnections: number;
}

/** Does the work and reads the meters before and after. */
export async function costOf<Result>(
  backends: Backends,
  target: Target,
  work: () => Promise<Result>,
): Promise<Cost<Result>> {
  const cpu = (): number =>
    target.pid === undefined ? Number.NaN : sampleProcess(target.pid).cpuMicros;
  const [countersBefore, cpuBefore] = [await backends.counters(), cpu()];
  const result = await work();
  const [cpuAfter, countersAfter] = [cpu(), await backends.counters()];
  return {
    result,
    cpuMicros: cpuAfter - cpuBefore,
    backendRequests: countersAfter.requests - countersBefore.requests,
    backendConnections: countersAfter.connections - countersBefore.connections,
  };
}

/** Waits until a process's memory has stopped changing for two seconds, `longestMs` at most; gives it in KB. */
export async function restingRssKb(pid: number, longestMs: number): Promise<number> {
  const deadline = performance.now() + longestMs;
  let readings: number[] = [];
  for (;;) {
    const rss = sampleProcess(pid).rssKb;
    readings = [...readings, rss].slice(-5);
    const still =
      readings.length === 5 && Math.max(...readings) - Math.min(...readings) < rss / 500;
    if (still || performance.now() >= deadline) return rss;
    await new Promise((resolve) => setTimeout(resolve, Math.min(500, longestMs / 4)));
  }
}
