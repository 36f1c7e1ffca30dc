import { connectRedis, redisOptionsFromUrl, type RedisConnection } from "@headgate/redis";
import { redisStore } from "@headgate/token-bucket/redis";
import { CALLERS, RACES, type Race, type Raced, type RacerTask } from "./race-limits.ts";
import { timedRunner } from "./timed-runner.ts";

/** Asks for one limit from all callers until the time is over. */
async function race(redis: RedisConnection, { bucket }: Race, seconds: number): Promise<Raced> {
  const admittedMicros: number[] = [];
  const runner = timedRunner(redis, (nowMicros, count) => {
    for (let one = 0; one < count; one++) admittedMicros.push(nowMicros);
  });
  const store = redisStore({
    runner,
    server: { namespace: "race", name: "race" },
    deadlineMs: 10_000,
    batchSent: (size) => runner.batchSent(size),
  });
  const endMs = performance.now() + seconds * 1000;
  let calls = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() < endMs) {
      calls += 1;
      const decision = await store.take({ buckets: [bucket], states: false });
      // What is refused from memory takes no turn of the event loop: let others have theirs.
      if (decision.source === "deny-cache") await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return { calls, admittedMicros };
}

process.once("message", (task: RacerTask) => {
  const redis = connectRedis({ ...redisOptionsFromUrl(task.url), deadlineMs: 10_000 });
  process.once("disconnect", () => void redis.close());
  const ended = redis.onState((state) => {
    if (state !== "ready") return;
    ended();
    void Promise.all(RACES.map((limit) => race(redis, limit, task.seconds))).then((raced) =>
      process.send?.(raced),
    );
  });
});
