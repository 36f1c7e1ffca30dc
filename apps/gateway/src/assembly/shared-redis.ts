import { readFileSync } from "node:fs";
import type { SessionStorage } from "@headgate/api";
import { connectRedis, type RedisConnection } from "@headgate/redis";
import type { GatewayOptions } from "./gateway-options.ts";
import { redisOptionsOf } from "./redis-options.ts";
import { watchRedis, type WatchedRedis } from "./watch-redis.ts";

/** The one connection to Redis over which limits and sessions go, so that one request costs one round trip for both. */
interface SharedRedis {
  readonly connection: RedisConnection;
  readonly watched: WatchedRedis;
  readonly storage: SessionStorage;
}

/** Connects to the Redis of the configuration, if it names one. It may be away, now or later; throws only what could never work. */
function sharedRedis({ config, env, log, metrics }: GatewayOptions): SharedRedis | undefined {
  const storage = config.sessionStorage;
  if (storage?.provider !== "redis") return undefined;
  const readText = (path: string): string => readFileSync(path, "utf8");
  const options = redisOptionsOf(storage, { env, readText });
  const connection = connectRedis({ ...options, observer: metrics.store.redis });
  return { connection, watched: watchRedis(connection, log), storage };
}

export { sharedRedis, type SharedRedis };
