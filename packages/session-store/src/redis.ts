export type { RedisAdapterOptions } from "./redis-caller.ts";
export { redisSessionStore, type RedisSessionStoreOptions } from "./store/redis.ts";
