import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";
import type { StoreFigures } from "./store-meter.ts";

function metricsOf() {
  const metrics = createMetrics({ server: "s", namespace: "n", version: "1", process: false });
  const lines = async (name: string): Promise<string[]> => {
    const all = (await metrics.text()).split("\n");
    return all.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length));
  };
  return { ...metrics, lines };
}

test("what Redis is made to do is counted as it is done", async () => {
  const { store, lines } = metricsOf();
  const { redis } = store;
  redis.roundTripBegun();
  redis.commandSent();
  redis.commandSent();
  redis.scriptLoaded();
  redis.deadlineMissed();
  expect(await lines("headgate_redis_round_trips_total")).toEqual([" 1"]);
  expect(await lines("headgate_redis_commands_total")).toEqual([" 2"]);
  expect(await lines("headgate_redis_script_loads_total")).toEqual([" 1"]);
  expect(await lines("headgate_redis_deadline_misses_total")).toEqual([" 1"]);
});

test("decisions that went out together are counted by how many they were", async () => {
  const { store, lines } = metricsOf();
  for (const size of [2, 8, 8]) store.batchSent(size);
  expect(await lines("headgate_rate_limit_batch_size_sum")).toEqual([" 18"]);
  expect(await lines('headgate_rate_limit_batch_size_bucket{le="2"}')).toEqual([" 1"]);
});

test("how the store fares is looked up when somebody asks", async () => {
  const { store, lines } = metricsOf();
  const failures = { timeout: 3, connection: 1, auth: 0, other: 0 };
  let figures: StoreFigures = { state: "degraded", localDecisions: 7, failures };
  store.watch(() => figures);
  expect(await lines("headgate_rate_limit_degraded ")).toEqual(["1"]);
  expect(await lines("headgate_rate_limit_local_decisions_total")).toEqual([" 7"]);
  expect(await lines("toolhive_rate_limit_redis_errors_total")).toEqual([
    '{error_type="timeout"} 3',
    '{error_type="connection"} 1',
    '{error_type="auth"} 0',
    '{error_type="other"} 0',
  ]);
  figures = { ...figures, state: "healthy" };
  expect(await lines("headgate_rate_limit_degraded ")).toEqual(["0"]);
});
