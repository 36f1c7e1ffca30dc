import type { RedisConnection } from "@headgate/redis";
import { startRedis, type RedisServer } from "@headgate/redis-server-for-tests";
import { defineBucket, ownedBy, type Bucket } from "@headgate/token-bucket";
import { redisStore } from "@headgate/token-bucket/redis";
import type { Measured } from "./bars.ts";
import { storeOn } from "./contestants.ts";
import { replicatedBytes, usedMemory } from "./redis-meter.ts";
import { decideInReferenceLayout } from "./reference-layout.ts";
import { limitsOf, ownerOf, requestOf, TOOLS, USERS } from "./workload.ts";

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

/** Bytes sent to a replica for each decision. */
export async function measureReplication(
  server: RedisServer,
  redis: RedisConnection,
  decisions: number,
): Promise<readonly Measured[]> {
  const replica = await startRedis();
  try {
    await replica.command("REPLICAOF", server.host, String(server.port));
    while (!(await replica.command("ROLE")).includes("connected"))
      await new Promise((resolve) => setTimeout(resolve, 50));
    const perDecision = async (
      decide: (user: number, tool: number) => Promise<unknown>,
    ): Promise<number> => {
      const offset = await replicatedBytes(server);
      for (let call = 0; call < decisions; call++)
        await decide((call * 7919) % USERS, call % TOOLS);
      return ((await replicatedBytes(server)) - offset) / decisions;
    };
    const limits = limitsOf();
    const store = storeOn(redis);
    const reference = await perDecision((user, tool) => decideInReferenceLayout(redis, user, tool));
    const ours = await perDecision(async (user, tool) => store.take(requestOf(limits, user, tool)));
    const empty = limitsOf({ capacity: 1, periodMicros: 10 ** 12 });
    const unaided = redisStore({
      runner: redis,
      server: { namespace: "r", name: "r" },
      denyCacheSize: 0,
      deadlineMs: 5000,
    });
    await unaided.take(requestOf(empty, 0, 0));
    const refused = await perDecision(async (user, tool) =>
      unaided.take(requestOf(empty, user, tool)),
    );
    console.log(
      `replicated: reference ${reference.toFixed(0)} B, ours ${ours.toFixed(0)} B, refused ${refused.toFixed(0)} B`,
    );
    return [
      { id: "T4", what: "bytes replicated for a refusal", value: refused, bar: { atMost: 0.1 } },
      { id: "T10", what: "bytes replicated for an admission", value: ours, bar: { atMost: 345 } },
      {
        id: "T10",
        what: "bytes replicated for an admission ÷ reference",
        value: ours / reference,
        bar: { atMost: 0.382 },
      },
    ];
  } finally {
    await replica.stop();
  }
}

/** Asks as fast as it can for what is used up; Redis may be asked once an interval. */
export async function measureAbuse(
  redis: RedisConnection,
  durationMs: number,
): Promise<readonly Measured[]> {
  const limit = defineBucket({ key: "abused", capacity: 2, periodMicros: 100_000 });
  let asked = 0;
  const store = redisStore({
    runner: {
      run: (...call) => {
        asked += 1;
        return redis.run(...call);
      },
    },
    server: { namespace: "default", name: "abused" },
    deadlineMs: 5_000,
  });
  const startedMs = performance.now();
  let decisions = 0;
  while (performance.now() - startedMs < durationMs) {
    for (let burst = 0; burst < 100; burst++) await store.take({ buckets: [limit], states: false });
    decisions += 100;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const intervals = ((performance.now() - startedMs) * 1000) / limit.emissionMicros;
  const most = limit.capacity + 2 * intervals;
  console.log(
    `abuse: ${decisions} decisions, Redis asked ${asked} times in ${intervals.toFixed(0)} intervals (at most ${most.toFixed(0)})`,
  );
  // Each interval has one admission, and one refusal that tells when the next is due.
  const refusals = asked - limit.capacity - Math.floor(intervals);
  return [
    {
      id: "T4",
      what: "refusals asked of Redis per emission interval, by one abuser",
      value: refusals / intervals,
      bar: { atMost: 1.05 },
    },
  ];
}
