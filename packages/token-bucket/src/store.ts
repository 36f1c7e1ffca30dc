import type { Bucket } from "./bucket.ts";
import type { BucketState } from "./gcra.ts";

/** One question to a store: may `cost` units be taken from every one of these buckets? */
export interface TakeRequest {
  /** Each bucket at most once. */
  readonly buckets: readonly Bucket[];
  /** Whole units taken from each, times its weight; default 1. 0 only looks: always allowed, nothing written. */
  readonly cost?: number | undefined;
  /** Whether the answer must tell what is left in each bucket; default true. A store answers cheaper when not asked. */
  readonly states?: boolean | undefined;
}

/** The answer; `states` has one entry per bucket of the request, after the charge if there was one, or may be empty if not asked for. */
export type Decision = Allowed | Refused;

/** Who decided: the store itself, the store for several requests at once, what is known of an earlier refusal, or this process alone. */
export type DecisionSource = "store" | "batch" | "deny-cache" | "local";

/** Every bucket was charged (audited ones that were short: not). */
export interface Allowed {
  readonly allowed: true;
  /** `store` when omitted. */
  readonly source?: DecisionSource;
  readonly states: readonly BucketState[];
  /** Indices of audited buckets that would have refused. */
  readonly auditRefusedBy: readonly number[];
}

/** No bucket was charged. */
export interface Refused {
  readonly allowed: false;
  /** `store` when omitted. */
  readonly source?: DecisionSource;
  /**
   * `limit`: a bucket is short. `store-full`: the store cannot keep another bucket's debt and will not forget one.
   * `store-lost`: the store cannot be asked, and a bucket is `closed` without it.
   */
  readonly reason: "limit" | "store-full" | "store-lost";
  /** Indices of the refusing buckets, ascending. */
  readonly refusedBy: readonly number[];
  /**
   * After exactly this long the same request passes, if nobody else takes; undefined when it never can. From the deny
   * cache: it passes no earlier, and then nor later as far as the buckets at `refusedBy` go.
   */
  readonly retryAfterMicros: number | undefined;
  readonly states: readonly BucketState[];
  readonly auditRefusedBy: readonly number[];
}

/** The port: where debts are kept. `@headgate/token-bucket/contract` says what every store keeps to. */
export interface TokenBucketStore {
  /** Decides and charges in one step: all buckets or none. Throws `TokenBucketError` for a malformed request. */
  take(request: TakeRequest): Decision | Promise<Decision>;
  /** The same decisions as taking one after the other at one moment. */
  takeBatch(requests: readonly TakeRequest[]): readonly Decision[] | Promise<readonly Decision[]>;
}
