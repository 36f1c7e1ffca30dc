export type { ClientCredentials } from "./certificates.ts";
export { startRedisCluster, type RedisCluster } from "./cluster.ts";
export { faultProxy, type FaultProxy } from "./fault-proxy.ts";
export { openRedis, type OpenRedis } from "./open-redis.ts";
export { startSentinel, type RedisSentinel, type SentinelOptions } from "./sentinel.ts";
export { startRedis, type RedisServer, type RedisServerOptions } from "./server.ts";
export { findValkey, startValkey } from "./valkey.ts";
