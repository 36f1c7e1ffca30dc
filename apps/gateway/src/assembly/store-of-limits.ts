import type { RedisConnection } from "@headgate/redis";
import { memoryStore, type TokenBucketStore } from "@headgate/token-bucket";
import { redisStore, resilientStore, type ResilienceObserver } from "@headgate/token-bucket/redis";
import type { LimitStoreStatus } from "../http/status-document.ts";
import type { Log } from "../telemetry/log.ts";
import type { GatewayOptions } from "./gateway-options.ts";
import type { SharedRedis } from "./shared-redis.ts";
import type { WatchedRedis } from "./watch-redis.ts";

/** Where the debts of limits are kept, and how that is doing. */
interface StoreOfLimits {
  readonly store: TokenBucketStore;
  /** Whether it tells what is left at no cost. */
  readonly tellsWhatIsLeft: boolean;
  status(): LimitStoreStatus;
  /** Resolves when it was reached or could not be, and in any case soon. */
  firstTried(): Promise<void>;
  close(): void;
}

/** How long a start waits for Redis: decisions before would be those of one process alone. */
const FIRST_TRY_MS = 1_000;

/** The store that the configuration asks for. It may be away, now or later. */
function storeOfLimits(options: GatewayOptions, redis: SharedRedis | undefined): StoreOfLimits {
  return redis === undefined ? ownStore() : sharedStore(options, redis);
}

function ownStore(): StoreOfLimits {
  const sinceMs = Date.now();
  return {
    store: memoryStore(),
    tellsWhatIsLeft: true,
    status: () => ({ kind: "memory", state: "healthy", sinceMs, localDecisions: 0 }),
    firstTried: () => Promise.resolve(),
    close: () => undefined,
  };
}

function sharedStore(
  { config, env, log, metrics }: GatewayOptions,
  { connection: redis, watched, storage }: SharedRedis,
): StoreOfLimits {
  const server = { namespace: env["VMCP_NAMESPACE"] ?? "local", name: config.name };
  const { keyPrefix } = storage;
  const shared = redisStore({
    runner: redis,
    server,
    batchSent: metrics.store.batchSent,
    ...(keyPrefix !== undefined && { keyPrefix: `${keyPrefix}rl:` }),
  });
  const store = resilientStore({
    shared,
    local: memoryStore(),
    observer: tellOf(log, () => state()),
  });
  metrics.store.watch(() => store.health);
  const state = stateOver(redis, () => store.health.state === "degraded");
  return {
    store,
    tellsWhatIsLeft: false,
    status: () => statusOf(state(), store.health.localDecisions, watched),
    firstTried: () => watched.firstTried(FIRST_TRY_MS),
    close: () => store.close(),
  };
}

/** Writes of the moments from which this process decides alone, and no more. */
function tellOf(log: Log, changed: () => void): ResilienceObserver {
  return {
    degraded({ errorClass, error }) {
      changed();
      log.warn(
        { errorClass, err: error },
        "Redis does not answer: limits do what their onStoreFailure says until it is back",
      );
    },
    restored({ errorClass, durationMs, localDecisions }) {
      changed();
      log.info({ errorClass, durationMs, localDecisions }, "Redis decides on limits again");
    },
  };
}

interface StoreState {
  readonly state: LimitStoreStatus["state"];
  readonly sinceMs: number;
}

/** Tells how the store is and since when, as far as that was looked at. */
function stateOver(redis: RedisConnection, isDegraded: () => boolean): () => StoreState {
  const read = (): StoreState["state"] => {
    if (isDegraded() || redis.state === "lost" || redis.state === "closed") return "degraded";
    return redis.state === "connecting" ? "connecting" : "healthy";
  };
  let last: StoreState = { state: read(), sinceMs: Date.now() };
  const current = (): StoreState => {
    const state = read();
    if (state !== last.state) last = { state, sinceMs: Date.now() };
    return last;
  };
  redis.onState(current);
  return current;
}

function statusOf(
  { state, sinceMs }: StoreState,
  localDecisions: number,
  { evictionPolicy }: WatchedRedis,
): LimitStoreStatus {
  return { kind: "redis", state, sinceMs, localDecisions, evictionPolicy };
}

export { storeOfLimits, type StoreOfLimits };
