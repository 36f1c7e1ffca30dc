import type { RedisConnection } from "@headgate/redis";
import type { RedisServer } from "@headgate/redis-server-for-tests";
import { ownedBy, type Bucket } from "@headgate/token-bucket";
import type { Measured } from "./bars.ts";
import { storeOn } from "./contestants.ts";
import { usedMemory } from "./redis-meter.ts";
import { limitsOf, ownerOf } from "./workload.ts";

const BARS = [
  [1, 110],
  [5, 65],
  [20, 48],
] as const;

/** Bytes that a bucket takes in Redis, by how many tools a user has limits for. */
export async function measureMemory(
  server: RedisServer,
  redis: RedisConnection,
  users: number,
): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  for (const [tools, atMost] of BARS) {
    await server.command("FLUSHALL");
    const before = await usedMemory(server);
    await fill(redis, users, tools);
    const value = Math.round(((await usedMemory(server)) - before) / users / (1 + tools));
    measured.push({
      id: "T9",
      what: `bytes of memory per bucket, ${1 + tools} per user`,
      value,
      bar: { atMost },
    });
  }
  return measured;
}

async function fill(redis: RedisConnection, users: number, tools: number): Promise<void> {
  const store = storeOn(redis);
  const { user, userTools } = limitsOf();
  const limits = [user, ...userTools.slice(0, tools)];
  for (let start = 0; start < users; start += 100) {
    const chunk = Array.from({ length: Math.min(100, users - start) }, (_, index) => {
      const owner = ownerOf(start + index);
      // One tool after the other, as calls come.
      return limits.map((limit: Bucket) => ({ buckets: [ownedBy(limit, owner)], states: false }));
    });
    await store.takeBatch(chunk.flat());
  }
}
