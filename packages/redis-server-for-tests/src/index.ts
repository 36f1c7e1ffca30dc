export type { ClientCredentials } from "./certificates.ts";
export { startRedisCluster, type RedisCluster } from "./cluster.ts";
export { installRedis } from "./install.ts";
export { startSentinel, type RedisSentinel, type SentinelOptions } from "./sentinel.ts";
export { startRedis, type RedisServer, type RedisServerOptions } from "./server.ts";
