import { startRedis, type RedisServer } from "@headgate/redis-server-for-tests";
import { defineBucket } from "@headgate/token-bucket";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadConfig } from "../config/load.ts";
import { createLog } from "../telemetry/log.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { settingsOf } from "./settings.ts";
import { sharedRedis } from "./shared-redis.ts";
import { storeOfLimits, type StoreOfLimits } from "./store-of-limits.ts";

const BUCKET = defineBucket({ key: "k", capacity: 5, periodMicros: 3_600_000_000 });

let redis: RedisServer;
const opened: (() => Promise<void>)[] = [];

beforeEach(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((close) => close()));
  await redis.stop();
});

function openStore({ name = "g", namespace = "n" } = {}) {
  const text = `name: ${name}
incomingAuth: { type: anonymous }
outgoingAuth: { source: inline }
aggregation:
  conflictResolution: prefix
  conflictResolutionConfig: { prefixFormat: "{workload}_" }
backends: [{ name: a, transport: stdio, command: a }]
sessionStorage: { provider: redis, address: "127.0.0.1:${redis.port}" }
`;
  const result = loadConfig({ text, env: {} });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const { config } = result;
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const options = {
    config,
    settings: settingsOf(config, 512 * 1024 * 1024),
    version: "1",
    env: { VMCP_NAMESPACE: namespace },
    log: createLog({ level: "info", format: "json", destination }),
    metrics: createMetrics({ server: name, namespace, version: "1", process: false }),
    draining: () => false,
  };
  const shared = sharedRedis(options);
  const store = storeOfLimits(options, shared);
  opened.push(async () => {
    store.close();
    await shared?.connection.close();
  });
  return { store, log: () => lines.join("") };
}

async function remaining({ store }: StoreOfLimits): Promise<number | undefined> {
  const decision = await store.take({ buckets: [BUCKET], states: true });
  return decision.states[0]?.remaining;
}

test("gateways of one name and namespace share debts, and others share none", async () => {
  const stores = [
    openStore(),
    openStore(),
    openStore({ name: "h" }),
    openStore({ namespace: "m" }),
  ].map(({ store }) => store);
  await Promise.all(stores.map((store) => store.firstTried()));
  const left: (number | undefined)[] = [];
  for (const store of stores) left.push(await remaining(store));
  expect(left).toEqual([4, 3, 4, 4]);
});

test("a start waits until Redis is reached, and says so", async () => {
  const { store, log } = openStore();
  await store.firstTried();
  expect(store.status()).toMatchObject({ kind: "redis", state: "healthy", localDecisions: 0 });
  expect(log()).toContain("connected to Redis");
});

test("a start does not wait for a Redis that is not there", async () => {
  await redis.kill();
  const { store, log } = openStore();
  await store.firstTried();
  expect(store.status()).toMatchObject({ kind: "redis", state: "degraded" });
  expect(log()).toContain("Redis cannot be reached");
  expect(await remaining(store)).toBe(4);
});

test("when it comes back it is noticed, with the time", async () => {
  await redis.kill();
  const { store } = openStore();
  await store.firstTried();
  const { sinceMs } = store.status();
  await redis.restart();
  await expect.poll(() => store.status().state, { timeout: 10_000 }).toBe("healthy");
  expect(store.status().sinceMs).toBeGreaterThan(sinceMs);
});
