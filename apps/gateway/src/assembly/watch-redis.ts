import type { RedisConnection, RedisState } from "@headgate/redis";
import type { Log } from "../telemetry/log.ts";

/** What is known of a connection to Redis. */
interface WatchedRedis {
  /** What Redis does when its memory is full, once it said so. */
  readonly evictionPolicy: string | undefined;
  /** Resolves when Redis was reached or could not be, and after `ms` at the latest. */
  firstTried(ms: number): Promise<void>;
}

/** What forgetting keys does to limits. */
const EVICTED =
  "Redis forgets any key when its memory is full; a bucket that is forgotten is full again, so that limits let through more than they say: set maxmemory-policy to noeviction or volatile-ttl";

/** Writes of each time that Redis comes and goes, and asks it then what it does when its memory is full. */
function watchRedis(redis: RedisConnection, log: Log): WatchedRedis {
  const tried = Promise.withResolvers<void>();
  const known: { evictionPolicy: string | undefined } = { evictionPolicy: undefined };
  const askPolicy = async (): Promise<void> => {
    try {
      const policy = await redis.evictionPolicy();
      known.evictionPolicy = policy === "unknown" ? undefined : policy;
      if (policy.startsWith("allkeys-")) log.warn({ maxmemoryPolicy: policy }, EVICTED);
    } catch (err) {
      log.debug({ err }, "Redis did not say what it does when its memory is full");
    }
  };
  const changed = (state: RedisState, err?: Error): void => {
    if (state !== "connecting") tried.resolve();
    if (state === "ready") {
      log.info("connected to Redis");
      void askPolicy();
    }
    if (state === "lost") log.warn({ err }, "Redis cannot be reached; it is tried again and again");
  };
  redis.onState(changed);
  if (redis.state !== "connecting") changed(redis.state);
  return {
    get evictionPolicy() {
      return known.evictionPolicy;
    },
    async firstTried(ms) {
      const timer = setTimeout(() => tried.resolve(), ms);
      await tried.promise;
      clearTimeout(timer);
    },
  };
}

export { watchRedis, type WatchedRedis };
