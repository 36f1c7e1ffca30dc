export { redisStore, type RedisStoreOptions } from "./redis-store.ts";
export type { LimitedServer } from "./names.ts";
export type { Script, ScriptRunner } from "./script-runner.ts";
