import type { BucketState } from "../gcra.ts";
import { costOf, requireDistinct } from "../request.ts";
import type { Decision, TakeRequest, TokenBucketStore } from "../store.ts";
import { answersOf, decisionOf, decodeAnswer, PASSED, type Answer } from "./decode-answer.ts";
import { DenyCache } from "./deny-cache.ts";
import { encodeBatch } from "./encode-batch.ts";
import { encodeTake } from "./encode-take.ts";
import { MicroBatcher } from "./micro-batcher.ts";
import { Names, type LimitedServer } from "./names.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { MOST_UNROLLED } from "./take-script.ts";

const NO_STATES: readonly BucketState[] = Object.freeze([]);
const NONE: readonly number[] = Object.freeze([]);

/** How a store on Redis is made. */
export interface RedisStoreOptions {
  readonly runner: ScriptRunner;
  /** Whose limits they are: its buckets lie in one slot of a Cluster and are shared by every process that names it. */
  readonly server: LimitedServer;
  /** Before every key; default `hg:rl:`. */
  readonly keyPrefix?: string | undefined;
  /** From a call to its answer; default 30. */
  readonly deadlineMs?: number | undefined;
  /** Buckets that are remembered to be empty, so that Redis is not asked in vain; default 50,000, 0 for none. */
  readonly denyCacheSize?: number | undefined;
  /** Monotonic whole microseconds, for the deny cache alone: debts are reckoned by the clock of Redis. */
  readonly now?: (() => number) | undefined;
  /** Told of each script call that decides several requests, and how many. */
  readonly batchSent?: ((size: number) => void) | undefined;
}

/**
 * Keeps debts in Redis, for all processes that name the same server. `take` answers at once when the answer is certain
 * without Redis, else with a promise that rejects as `runner` does; nothing is sent twice.
 */
export function redisStore(options: RedisStoreOptions): TokenBucketStore {
  return new RedisStore(options);
}

class RedisStore implements TokenBucketStore {
  readonly #runner: ScriptRunner;
  readonly #names: Names;
  readonly #call: { readonly deadlineMs: number };
  readonly #now: () => number;
  readonly #denied: DenyCache;
  readonly #batchSent: (size: number) => void;
  readonly #batcher: MicroBatcher<TakeRequest, Decision>;

  constructor(options: RedisStoreOptions) {
    this.#runner = options.runner;
    this.#names = new Names(options.keyPrefix ?? "hg:rl:", options.server);
    this.#call = { deadlineMs: options.deadlineMs ?? 30 };
    this.#now = options.now ?? (() => Math.floor(performance.now() * 1000));
    this.#denied = new DenyCache(options.denyCacheSize ?? 50_000, this.#now);
    this.#batchSent = options.batchSent ?? (() => undefined);
    this.#batcher = new MicroBatcher({
      sendOne: (request) => this.#takeOne(request),
      sendMany: (requests) => this.#takeMany(requests),
    });
  }

  take(request: TakeRequest): Decision | Promise<Decision> {
    return this.#certain(request) ?? this.#batcher.send(request);
  }

  takeBatch(requests: readonly TakeRequest[]): readonly Decision[] | Promise<readonly Decision[]> {
    const certain = requests.map((request) => this.#certain(request));
    const asked = requests.filter((_, index) => certain[index] === undefined);
    if (asked.length === 0) return certain.filter((decision) => decision !== undefined);
    return this.#takeMany(asked).then((decisions) => {
      const inOrder = decisions.values();
      return certain.map((decision) => decision ?? (inOrder.next().value as Decision));
    });
  }

  /** What needs no asking: what takes nothing, and what was refused so lately that it still would be. */
  #certain(request: TakeRequest): Decision | undefined {
    const cost = costOf(request);
    requireDistinct(request.buckets);
    const { buckets, states = true } = request;
    if (buckets.length === 0 || (cost === 0 && !states))
      return decisionOf(request, PASSED, "store");
    if (states) return undefined;
    const known = this.#denied.refusal(request, cost);
    if (known === undefined) return undefined;
    const { refusedBy, retryAfterMicros } = known;
    return {
      allowed: false,
      source: "deny-cache",
      reason: "limit",
      refusedBy,
      retryAfterMicros,
      states: NO_STATES,
      auditRefusedBy: NONE,
    };
  }

  #takeOne(request: TakeRequest): Promise<Decision> {
    if (request.buckets.length > MOST_UNROLLED)
      return this.#takeMany([request]).then(([decision]) => decision as Decision);
    const sentMicros = this.#now();
    const { script, keys, args, order } = encodeTake(request, request.cost ?? 1, this.#names);
    return this.#runner.run(script, keys, args, this.#call).then((reply) => {
      const answer = decodeAnswer(reply, request.buckets, request.states ?? true, order);
      return this.#conclude(request, answer, sentMicros, "store");
    });
  }

  async #takeMany(requests: readonly TakeRequest[]): Promise<readonly Decision[]> {
    const sentMicros = this.#now();
    const states = requests.some((request) => request.states ?? true);
    const { script, keys, args } = encodeBatch(requests, states, this.#names);
    if (requests.length > 1) this.#batchSent(requests.length);
    const reply = await this.#runner.run(script, keys, args, this.#call);
    const source = requests.length > 1 ? "batch" : "store";
    if (reply === 0 && !states)
      return requests.map((request) => decisionOf(request, PASSED, source));
    const answers = answersOf(reply, states);
    return requests.map((request, index) => {
      const answer = decodeAnswer(answers.get(index) ?? 0, request.buckets, states);
      return this.#conclude(request, answer, sentMicros, source);
    });
  }

  #conclude(
    request: TakeRequest,
    answer: Answer,
    sentMicros: number,
    source: "store" | "batch",
  ): Decision {
    if (answer.short.length > 0)
      this.#denied.learn(request, request.cost ?? 1, answer.short, sentMicros);
    return decisionOf(request, answer, source);
  }
}
