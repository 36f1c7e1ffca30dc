import type { RedisConnection } from "@headgate/redis";
import { startRedis, type RedisServer } from "@headgate/redis-server-for-tests";
import { redisStore } from "@headgate/token-bucket/redis";
import type { Redis } from "ioredis";
import type { Measured } from "./bars.ts";
import { storeOn } from "./contestants.ts";
import { replicatedBytes } from "./redis-meter.ts";
import { decideInReferenceLayout } from "./reference-layout.ts";
import { limitsOf, requestOf, TOOLS, USERS } from "./workload.ts";

/** What decides, and how often. */
interface Replicated {
  readonly redis: RedisConnection;
  readonly client: Redis;
  readonly decisions: number;
}

type Decide = (user: number, tool: number) => unknown;

/** Bytes sent to a replica for each decision. */
export async function measureReplication(
  server: RedisServer,
  replicated: Replicated,
): Promise<readonly Measured[]> {
  const replica = await startRedis();
  try {
    await replica.command("REPLICAOF", server.host, String(server.port));
    while (!(await replica.command("ROLE")).includes("connected"))
      await new Promise((resolve) => setTimeout(resolve, 50));
    const bytes = (decide: Decide): Promise<number> =>
      bytesPerDecision(server, replicated.decisions, decide);
    return await measure(replicated, bytes);
  } finally {
    await replica.stop();
  }
}

async function measure(
  { redis, client }: Replicated,
  bytes: (decide: Decide) => Promise<number>,
): Promise<readonly Measured[]> {
  const limits = limitsOf();
  const store = storeOn(redis);
  const reference = await bytes((user, tool) => decideInReferenceLayout(client, user, tool));
  const ours = await bytes((user, tool) => store.take(requestOf(limits, user, tool)));
  const empty = limitsOf({ capacity: 1, periodMicros: 10 ** 12 });
  const asking = redisStore({
    runner: redis,
    server: { namespace: "default", name: "empty" },
    denyCacheSize: 0,
    deadlineMs: 5_000,
  });
  await asking.take(requestOf(empty, 0, 0));
  const refused = await bytes((user, tool) => asking.take(requestOf(empty, user, tool)));
  const relative = ours / reference;
  return [
    { id: "T4", what: "bytes replicated for a refusal", value: refused, bar: { atMost: 0.1 } },
    { id: "T10", what: "bytes replicated for an admission", value: ours, bar: { atMost: 345 } },
    { id: "T10", what: "the same ÷ reference", value: relative, bar: { atMost: 0.382 } },
  ];
}

async function bytesPerDecision(
  server: RedisServer,
  decisions: number,
  decide: Decide,
): Promise<number> {
  const offset = await replicatedBytes(server);
  for (let call = 0; call < decisions; call++) await decide((call * 7919) % USERS, call % TOOLS);
  return ((await replicatedBytes(server)) - offset) / decisions;
}
