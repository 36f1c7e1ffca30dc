import { RedisCaller, type RedisAdapterOptions } from "../redis-caller.ts";
import { recordLifeMs, refreshAfterMs } from "../store/time-to-live.ts";
import { unavailable, type Unavailable } from "../unavailable.ts";
import { countSession } from "./redis-scripts.ts";
import {
  checkedUserCaps,
  userFull,
  userTooFast,
  type Admitted,
  type CapReached,
  type UserCaps,
} from "./session-caps.ts";
import {
  overOf,
  SUSPECTS,
  USER_LIFE_MS,
  type SessionCounter,
  type SessionCounterOptions,
} from "./session-counter.ts";

/**
 * How a counter in Redis is made. A user's keys are `<keyPrefix>{<user>}` and `<keyPrefix>{<user>}:minute`, default
 * prefix `headgate:sessions-of:`.
 */
export interface RedisSessionCounterOptions extends RedisAdapterOptions, SessionCounterOptions {}

/** A counter that all processes on one Redis share; one round trip, more only when a cap is reached. */
export function redisSessionCounter(options: RedisSessionCounterOptions): SessionCounter {
  return new CounterInRedis(options);
}

class CounterInRedis implements SessionCounter {
  readonly #redis: RedisCaller;
  readonly #prefix: string;
  readonly #caps: UserCaps;
  readonly #store: SessionCounterOptions["store"];
  readonly #ttlMs: number;

  constructor(options: RedisSessionCounterOptions) {
    this.#redis = new RedisCaller(options);
    this.#prefix = options.keyPrefix ?? "headgate:sessions-of:";
    this.#caps = checkedUserCaps(options);
    this.#store = options.store;
    this.#ttlMs = options.ttlMs ?? 30 * 60_000;
  }

  async admit(user: string, sessionId: string): Promise<Admitted | CapReached | Unavailable> {
    let asked: (string | number)[] = [];
    const mostRounds = Math.ceil(this.#caps.maxPerUser / SUSPECTS) + 1;
    for (let round = 0; round <= mostRounds; round++) {
      const sent = await this.#count(user, sessionId, asked);
      if (!Array.isArray(sent)) return sent as Unavailable;
      const [answer, ...rest] = sent as readonly string[];
      if (answer === "admitted") return { outcome: "admitted" };
      if (answer === "user-full") return userFull(Number(rest[0]));
      if (answer === "user-too-fast") return userTooFast(Number(rest[0]));
      const over = await overOf(this.#store, rest);
      asked = rest.flatMap((id) => [id, over.includes(id) ? 0 : refreshAfterMs(this.#ttlMs)]);
    }
    return unavailable("contended", this.#redis.retryAfterMs);
  }

  async release(
    user: string,
    sessionId: string,
  ): Promise<{ readonly outcome: "released" } | Unavailable> {
    const sent = await this.#redis.send("ZREM", [this.#key(user), sessionId]);
    return sent.outcome === "unavailable" ? sent : { outcome: "released" };
  }

  async #count(user: string, sessionId: string, asked: readonly (string | number)[]) {
    const { maxPerUser, maxPerUserPerMinute } = this.#caps;
    const key = this.#key(user);
    const lives = [recordLifeMs(this.#ttlMs), USER_LIFE_MS];
    const args = [sessionId, maxPerUser, maxPerUserPerMinute, ...lives, SUSPECTS, ...asked];
    const sent = await this.#redis.run(countSession, [key, `${key}:minute`], args);
    return sent.outcome === "unavailable" ? sent : (sent.reply as readonly string[]);
  }

  /** Encoded, no user has a brace: none shares a key with another. */
  #key(user: string): string {
    return `${this.#prefix}{${encodeURIComponent(user)}}`;
  }
}
