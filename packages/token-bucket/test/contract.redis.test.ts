import { connectRedis, redisOptionsFromUrl, type RedisConnection } from "@headgate/redis";
import {
  findValkey,
  openRedis,
  startRedisCluster,
  startSentinel,
  startValkey,
} from "@headgate/redis-server-for-tests";
import { afterAll, beforeAll, describe, test } from "vitest";
import { tokenBucketStoreContract } from "../src/contract.ts";
import { freshStore } from "./open-store.ts";
import { readyConnection } from "./ready-connection.ts";

interface Opened {
  readonly redis: RedisConnection;
  stop(): Promise<unknown>;
}

const places: Readonly<Record<string, () => Promise<Opened>>> = {
  "one Redis": async () => {
    const { url, stop } = await openRedis();
    return { redis: connectRedis(redisOptionsFromUrl(url)), stop };
  },
  "a Cluster of three": async () => {
    const cluster = await startRedisCluster(3);
    const topology = { kind: "cluster" as const, nodes: cluster.nodes };
    return { redis: connectRedis({ topology }), stop: () => cluster.stop() };
  },
  "a primary that took over": async () => {
    const set = await startSentinel();
    const { masterName, sentinels } = set;
    const redis = connectRedis({ topology: { kind: "sentinel", masterName, sentinels } });
    await readyConnection(redis);
    await set.failover();
    return { redis, stop: () => set.stop() };
  },
};

const valkey = await findValkey();
const withValkey =
  valkey === undefined
    ? {}
    : {
        Valkey: async () => {
          const server = await startValkey(valkey);
          return {
            redis: connectRedis(redisOptionsFromUrl(server.url)),
            stop: () => server.stop(),
          };
        },
      };

describe.each(Object.entries<() => Promise<Opened>>({ ...places, ...withValkey }))(
  "on %s",
  (_, open) => {
    let opened: Opened;

    beforeAll(async () => {
      opened = await open();
      await readyConnection(opened.redis);
    });

    afterAll(async () => {
      await opened.redis.close();
      await opened.stop();
    });

    tokenBucketStoreContract({ test }, (now) => ({ store: freshStore(opened.redis, now) }));
  },
);
