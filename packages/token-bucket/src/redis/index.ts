export type { FailureClass } from "../resilient/failure-class.ts";
export {
  resilientStore,
  type ResilienceObserver,
  type ResilientStore,
  type ResilientStoreOptions,
  type StoreHealth,
} from "../resilient/resilient-store.ts";
export type { LimitedServer } from "./names.ts";
export { redisStore, type RedisStoreOptions } from "./redis-store.ts";
export type { Script, ScriptRunner } from "./script-runner.ts";
