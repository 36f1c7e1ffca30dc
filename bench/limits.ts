/*
 * What limits cost, ours and others on one Redis in one run: npm run bench:limits [-- --quick]
 */
import { spawnSync } from "node:child_process";
import { connectRedis, redisOptionsFromUrl } from "@headgate/redis";
import { startRedis } from "@headgate/redis-server-for-tests";
import { installRedis } from "@headgate/redis-server-for-tests/install";
import { Redis } from "ioredis";
import { measureAbuse } from "./limits/abuse.ts";
import { isReached, lineOf, type Measured } from "./limits/bars.ts";
import { contestants } from "./limits/contestants.ts";
import { measureEndToEnd } from "./limits/end-to-end.ts";
import { measureInProcess } from "./limits/in-process.ts";
import { measureMemory } from "./limits/memory.ts";
import { pidOf } from "./limits/redis-meter.ts";
import { referenceScript } from "./limits/reference-layout.ts";
import { measureReplication } from "./limits/replication.ts";
import { measureServerSide } from "./limits/server-side.ts";
import { canPin } from "./machine/cores.ts";

const quick = process.argv.includes("--quick");
const scale = quick
  ? { rounds: 2, count: 20_000, windowMs: 400, users: 4_000, decisions: 1_000, abuseMs: 1_000 }
  : { rounds: 8, count: 40_000, windowMs: 800, users: 50_000, decisions: 5_000, abuseMs: 5_000 };

async function measureAll(): Promise<readonly Measured[]> {
  const server = await startRedis();
  const redis = connectRedis({ ...redisOptionsFromUrl(server.url), deadlineMs: 5_000 });
  const client = new Redis(server.url, { enableAutoPipelining: false });
  try {
    await client.script("LOAD", referenceScript);
    if (canPin) {
      pin(await pidOf(server), "0");
      pin(process.pid, "1");
    }
    return [
      ...(await measureServerSide(server, scale)),
      ...(await measureEndToEnd(server, contestants(redis, client), scale)),
      ...(await measureAbuse(redis, scale.abuseMs)),
      ...(await measureMemory(server, redis, scale.users)),
      ...(await measureReplication(server, { redis, client, decisions: scale.decisions })),
      ...(await measureInProcess(quick ? 50_000 : 500_000)),
    ];
  } finally {
    client.disconnect();
    await redis.close();
    await server.stop();
  }
}

function pin(pid: number, core: string): void {
  spawnSync("taskset", ["-apc", core, String(pid)]);
}

await installRedis();
const measured = await measureAll();
console.log();
for (const one of measured.toSorted((a, b) => a.id.localeCompare(b.id, "en", { numeric: true })))
  console.log(lineOf(one));
const missed = measured.filter((one) => !isReached(one)).length;
console.log(`\n${measured.length - missed} of ${measured.length} targets reached`);
