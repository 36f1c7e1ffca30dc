import { RedisError, type CallOptions, type RedisConnection } from "@headgate/redis";
import { defineBucket } from "@headgate/token-bucket";
import { redisStore } from "@headgate/token-bucket/redis";
import { expect, test } from "vitest";
import { createMetrics } from "../telemetry/metrics.ts";
import type { GatewayOptions } from "./gateway-options.ts";
import { sessionStorage } from "./session-storage.ts";
import type { Settings } from "./settings.ts";

/** A Redis that answers nothing, and how long each call would wait for it. */
function deadRedis() {
  const waits: number[] = [];
  const call = (options: CallOptions = {}): Promise<never> => {
    waits.push(options.deadlineMs ?? Infinity);
    return Promise.reject(new RedisError("deadline", "no answer"));
  };
  const connection: Partial<RedisConnection> = {
    send: (_command, _args, options) => call(options),
    run: (_script, _keys, _args, options) => call(options),
    subscribe: () => () => undefined,
  };
  return { waits, connection: connection as RedisConnection };
}

function rig() {
  const { waits, connection } = deadRedis();
  const settings: Partial<Settings> = {
    sessionTtlMs: 60_000,
    userCaps: { maxPerUser: 10, maxPerUserPerMinute: 10 },
  };
  const metrics = createMetrics({ server: "g", namespace: "n", version: "1", process: false });
  const options = { settings, metrics, env: {} } as GatewayOptions;
  const redis = {
    connection,
    storage: { provider: "redis" as const, db: 0 },
    watched: undefined as never,
  };
  const storage = sessionStorage(options, redis, { tag: "p", cached: () => undefined });
  const limits = redisStore({ runner: connection, server: { namespace: "n", name: "g" } });
  // What is said to other processes at the start holds up nobody.
  waits.length = 0;
  return { storage, limits, waits };
}

/** All that one request waits for, one after the other. */
const sumOf = (waits: readonly number[]): number => waits.reduce((sum, wait) => sum + wait, 0);

test("a user who begins a session waits 100 ms for a dead Redis, to be counted and to have it written", async () => {
  const { storage, waits } = rig();
  await storage.users.admit("alice", "id");
  await storage.cache.create("id", "record");
  expect([waits.length, sumOf(waits)]).toEqual([2, 100]);
});

test("a call waits 100 ms for a dead Redis, for its session and for limits", async () => {
  const { storage, limits, waits } = rig();
  await storage.cache.read("id");
  const bucket = defineBucket({ key: "k", capacity: 1, periodMicros: 1_000_000 });
  await expect(limits.take({ buckets: [bucket] })).rejects.toThrow("no answer");
  expect([waits.length, sumOf(waits)]).toEqual([2, 100]);
});
