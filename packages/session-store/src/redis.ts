export { redisSessionBus, type RedisSessionBus, type RedisSessionBusOptions } from "./bus/redis.ts";
export { redisSessionCounter, type RedisSessionCounterOptions } from "./caps/redis.ts";
export { redisEventLog, type RedisEventLogOptions } from "./events/redis.ts";
export type { RedisAdapterOptions } from "./redis-caller.ts";
export { redisSessionStore, type RedisSessionStoreOptions } from "./store/redis.ts";
