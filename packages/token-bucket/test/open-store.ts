import type { Clock, TokenBucketStore } from "../src/index.ts";
import { redisStore, type RedisStoreOptions, type ScriptRunner } from "../src/redis/index.ts";
import { withClock } from "./injected-clock.ts";

let opened = 0;

/** An empty store beside all others on the same Redis, whose time is `now` and whose deadline no busy machine misses. */
export function freshStore(
  runner: ScriptRunner,
  now: Clock,
  options: Partial<RedisStoreOptions> = {},
): TokenBucketStore {
  opened += 1;
  let latest = 0;
  return redisStore({
    runner: withClock(runner, now),
    server: { namespace: "tests", name: `${process.pid} ${opened}` },
    deadlineMs: 10_000,
    // The deny cache's clock never steps back, as that of a process does not.
    now: () => (latest = Math.max(latest, now())),
    ...options,
  });
}
