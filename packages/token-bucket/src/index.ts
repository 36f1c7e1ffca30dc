export {
  defineBucket,
  MIN_EMISSION_MICROS,
  ownedBy,
  type Bucket,
  type BucketSpec,
  type OnStoreFailure,
} from "./bucket.ts";
export { monotonicClock, type Clock } from "./clock.ts";
export { decide, type Outcome } from "./decide.ts";
export { TokenBucketError, type TokenBucketErrorCode } from "./error.ts";
export type { BucketState } from "./gcra.ts";
export { memoryStore, type MemoryStore, type MemoryStoreOptions } from "./memory.ts";
export type {
  Allowed,
  Decision,
  DecisionSource,
  Refused,
  TakeRequest,
  TokenBucketStore,
} from "./store.ts";
