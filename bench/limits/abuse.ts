import type { RedisConnection } from "@headgate/redis";
import { defineBucket } from "@headgate/token-bucket";
import { redisStore } from "@headgate/token-bucket/redis";
import type { Measured } from "./bars.ts";

/** Asks again and again for what is used up, a millisecond after each answer; Redis may refuse it once an interval. */
export async function measureAbuse(
  redis: RedisConnection,
  durationMs: number,
): Promise<readonly Measured[]> {
  const limit = defineBucket({ key: "abused", capacity: 2, periodMicros: 100_000 });
  let asked = 0;
  const store = redisStore({
    runner: {
      run: (...call) => {
        asked += 1;
        return redis.run(...call);
      },
    },
    server: { namespace: "default", name: "abused" },
    deadlineMs: 5_000,
  });
  const startedMs = performance.now();
  let decisions = 0;
  while (performance.now() - startedMs < durationMs) {
    await store.take({ buckets: [limit], states: false });
    decisions += 1;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const intervals = ((performance.now() - startedMs) * 1000) / limit.emissionMicros;
  console.log(
    `abuse: ${decisions} decisions in ${intervals.toFixed(0)} emission intervals, Redis asked ${asked} times`,
  );
  // Each interval has one admission, and one refusal that tells when the next is due.
  const refusals = asked - limit.capacity - Math.floor(intervals);
  return [
    {
      id: "T4",
      what: "refusals asked of Redis per emission interval, by one abuser",
      value: refusals / intervals,
      bar: { atMost: 1.05 },
    },
  ];
}
