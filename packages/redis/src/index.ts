export { connectRedis } from "./connect-redis.ts";
export type {
  CallOptions,
  RedisArgument,
  RedisConnection,
  RedisState,
  Reply,
  StateListener,
} from "./connection.ts";
export { RedisError, type Executed, type RedisErrorClass, type RedisErrorCode } from "./error.ts";
export type { EvictionPolicy } from "./eviction-policy.ts";
export type { RedisObserver } from "./observer.ts";
export type { Endpoint, RedisOptions, RedisTls, RedisTopology } from "./options.ts";
export { defineScript, type Script } from "./script.ts";
export type { Subscriber } from "./subscriber.ts";
export { redisOptionsFromUrl } from "./url.ts";
