import type { RedisServer } from "@headgate/redis-server-for-tests";
import type { StartedGateway } from "../machine/gateway.ts";
import { metricOf } from "../machine/metric.ts";
import { observe } from "../machine/observe.ts";
import { sampleProcess } from "../machine/process-sample.ts";

/** What can be told at any moment, every ten seconds. */
export const STEADY = {
  rss: "resident memory, MB",
  heap: "heap after a garbage collection, MB",
  descriptors: "open descriptors",
  keys: "keys in Redis",
  sessions: "live sessions",
} as const;

/** What stops the gateway for a moment to be counted. */
export const COUNTED = {
  timers: "timers",
  listeners: "listeners of event emitters",
  sockets: "sockets",
} as const;

/** One reading of each. */
export type Steady = Readonly<Record<keyof typeof STEADY, number>>;

/** One count of each. */
export type Counted = Readonly<Record<keyof typeof COUNTED, number>>;

const MEBIBYTE = 1024 * 1024;

/** Reads what is steady. */
export async function steadyOf(gateway: StartedGateway, redis: RedisServer): Promise<Steady> {
  const { rssKb, descriptors } = sampleProcess(gateway.pid);
  const { heapBytes } = await observe(gateway, "memory");
  return {
    rss: rssKb / 1024,
    heap: heapBytes / MEBIBYTE,
    descriptors,
    keys: Number(/\d+/.exec(await redis.command("DBSIZE"))?.[0]),
    sessions: await metricOf(gateway.url, "headgate_sessions_live"),
  };
}

/** Counts what is alive. */
export async function countedOf(gateway: StartedGateway): Promise<Counted> {
  const { timers, listeners, sockets } = await observe(gateway, "alive");
  return { timers, listeners, sockets };
}
