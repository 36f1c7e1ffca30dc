import { setTimeout } from "node:timers/promises";
import type { RedisServer } from "@headgate/redis-server-for-tests";
import type { Figure } from "../figure.ts";
import { startBackends } from "../machine/backends.ts";
import { metricOf } from "../machine/metric.ts";
import { startOnRedis, type Ground } from "./ground.ts";

/** What the limiter's script calls is counted like what clients send; the last two are this program's own. */
const NOT_FROM_CALLS = new Set(["time", "hmget", "hset", "expire", "info", "config|resetstat"]);

/** After a tenth of so long a life, a use renews it; sessions used within that are known to live. */
const TTL = "60s";
const RENEWED_AFTER_MS = 6_500;

/** Commands per call, limits in force: of sessions used a moment ago, and of sessions whose life is to be renewed. */
export async function measureCommands(ground: Ground): Promise<void> {
  const { load } = ground;
  const sessions = Math.min(500, ground.scale.restores);
  const backends = await startBackends({
    servers: 1,
    tools: 20,
    sessions: true,
    firstPort: undefined,
  });
  const gateway = await startOnRedis(ground, backends.urls, { ttl: TTL });
  const call = { url: gateway.url, from: 0, count: sessions, tool: "one_echo" };
  try {
    await load.run("gather", { url: gateway.url, sessions, streams: false, tools: [call.tool] });
    const figures: Figure[] = [];
    for (const what of ["that renews its session", "of a session used a moment ago"]) {
      if (what.includes("renews")) await setTimeout(RENEWED_AFTER_MS);
      await ground.redis.command("CONFIG", "RESETSTAT");
      const sentBefore = await metricOf(gateway.url, "headgate_redis_commands_total");
      await load.run("touch", call);
      const sent = (await metricOf(gateway.url, "headgate_redis_commands_total")) - sentBefore;
      const counts = await commandCounts(ground.redis);
      figures.push(
        figure(`Redis commands per call ${what}`, ofCalls(counts) / sessions, { atMost: 2 }),
        ...Object.entries(counts).map(([name, count]) =>
          figure(`  ${name.toUpperCase()}`, count / sessions),
        ),
        figure("  sent by the gateway, by its own count", sent / sessions),
      );
    }
    ground.report(figures);
  } finally {
    await load.run("hangUp", {});
    await gateway.stop();
    await backends.stop();
  }
}

function figure(name: string, value: number, bar?: Figure["bar"]): Figure {
  return { name, unit: "", values: { gateway: value }, bar };
}

/** Anything else comes from a Redis that was late: a sample of what it may have lost is asked for, whoever calls. */
function ofCalls({ evalsha = 0, getex = 0 }: Readonly<Record<string, number>>): number {
  return evalsha + getex;
}

/** How often clients sent each command. */
async function commandCounts(redis: RedisServer): Promise<Record<string, number>> {
  const text = await redis.command("INFO", "commandstats");
  const all = [...text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(
    ([, name = "", calls]) => [name, Number(calls)] as const,
  );
  return Object.fromEntries(all.filter(([name]) => !NOT_FROM_CALLS.has(name)));
}
