import type { RedisConnection } from "@headgate/redis";
import type { TakeRequest, TokenBucketStore } from "@headgate/token-bucket";
import { redisStore } from "@headgate/token-bucket/redis";
import { Ratelimit } from "@upstash/ratelimit";
import type { Redis } from "ioredis";
import { RateLimiterRedis } from "rate-limiter-flexible";
import { decideInReferenceLayout } from "./reference-layout.ts";
import { AMPLE, limitsOf, ownerOf, requestOf } from "./workload.ts";

/** One way to decide a call over four buckets; true when it is admitted. */
export interface Contestant {
  readonly name: string;
  decide(user: number, tool: number): Promise<boolean>;
}

/** The names under which figures stand. */
export type Name =
  | "ping"
  | "reference"
  | "ours"
  | "ours, singly"
  | "rate-limiter-flexible"
  | "upstash";

/** The bare round trip, and what is compared, each on one connection. */
export function contestants(
  redis: RedisConnection,
  client: Redis,
): Readonly<Record<Name, Contestant>> {
  const all: readonly Contestant[] = [
    { name: "ping", decide: async () => (await client.ping()) === "PONG" },
    { name: "reference", decide: (user, tool) => decideInReferenceLayout(client, user, tool) },
    ours("ours", [storeOn(redis)]),
    // Callers on stores of their own find nobody to be sent together with.
    ours(
      "ours, singly",
      Array.from({ length: 64 }, () => storeOn(redis)),
    ),
    flexible(client),
    upstash(client),
  ];
  return Object.fromEntries(all.map((one) => [one.name, one])) as Record<Name, Contestant>;
}

/** A store of the benchmark's server. */
export function storeOn(redis: RedisConnection): TokenBucketStore {
  return redisStore({
    runner: redis,
    server: { namespace: "default", name: "files" },
    deadlineMs: 5_000,
  });
}

function ours(name: Name, stores: readonly TokenBucketStore[]): Contestant {
  const limits = limitsOf();
  let turn = 0;
  return {
    name,
    decide: async (user, tool) => {
      const request: TakeRequest = requestOf(limits, user, tool);
      const store = stores[turn++ % stores.length];
      return (await store?.take(request))?.allowed ?? false;
    },
  };
}

/** Four independent limiters: what the library has, as it has nothing over several buckets at once. */
function flexible(client: Redis): Contestant {
  const options = { points: AMPLE.capacity, duration: AMPLE.periodMicros / 1_000_000 };
  const limiters = ["s", "st", "u", "ut"].map(
    (keyPrefix) =>
      new RateLimiterRedis({ storeClient: client, keyPrefix: `rlf:${keyPrefix}`, ...options }),
  );
  return {
    name: "rate-limiter-flexible",
    decide: async (user, tool) => {
      const keys = keysOf(user, tool);
      await Promise.all(limiters.map((limiter, index) => limiter.consume(keys[index] ?? "")));
      return true;
    },
  };
}

function upstash(client: Redis): Contestant {
  const adapter = {
    evalsha: (sha: string, keys: string[], args: unknown[]) =>
      client.evalsha(sha, keys.length, ...keys, ...args.map(String)),
    // Stock Redis refuses the flag in the first line.
    eval: (script: string, keys: string[], args: unknown[]) =>
      client.eval(script.replace(/^#!.*\n/, ""), keys.length, ...keys, ...args.map(String)),
  };
  const periodMs = AMPLE.periodMicros / 1_000;
  const limiters = ["s", "st", "u", "ut"].map(
    (prefix) =>
      new Ratelimit({
        redis: adapter as never,
        limiter: Ratelimit.tokenBucket(AMPLE.capacity, `${periodMs} ms`, AMPLE.capacity),
        prefix: `ups:${prefix}`,
        ephemeralCache: false,
        timeout: 0,
      }),
  );
  return {
    name: "upstash",
    decide: async (user, tool) => {
      const keys = keysOf(user, tool);
      const answers = await Promise.all(
        limiters.map((limiter, index) => limiter.limit(keys[index] ?? "")),
      );
      return answers.every(({ success }) => success);
    },
  };
}

function keysOf(user: number, tool: number): readonly string[] {
  const owner = ownerOf(user);
  return ["all", `tool_number_${tool}`, owner, `${tool}:${owner}`];
}
