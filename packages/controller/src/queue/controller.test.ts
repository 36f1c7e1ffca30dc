import { expect, test } from "vitest";
import { ManualClock, settled } from "../../test/manual-clock.ts";
import { ControllerError } from "../api/error.ts";
import { noMetrics } from "../telemetry/metrics.ts";
import { createController, type ControllerOptions, type Reconcile } from "./controller.ts";

function started(reconcile: Reconcile, options: Partial<ControllerOptions> = {}) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const controller = createController({
    name: "things",
    reconcile,
    clock,
    random: () => 0,
    ...options,
  });
  return { clock, controller, stop, done: controller.run(stop.signal) };
}

test("as many keys run at a time as there are workers, and each key only once", async () => {
  const running = new Set<string>();
  const most: number[] = [];
  const gates: (() => void)[] = [];
  const { controller, stop, done } = started(
    async (key) => {
      expect(running).not.toContain(key);
      running.add(key);
      most.push(running.size);
      await new Promise<void>((resolve) => gates.push(resolve));
      running.delete(key);
      return undefined;
    },
    { concurrency: 2 },
  );
  for (const key of ["a", "b", "c", "a"]) controller.add(key);
  await settled();
  controller.add("a");
  while (gates.length > 0) {
    gates.shift()?.();
    await settled();
  }
  expect(most).toEqual([1, 2, 2, 2]);
  stop.abort();
  await done;
});

test("keys that are added before it runs wait for it", async () => {
  const seen: string[] = [];
  const controller = createController({
    name: "things",
    reconcile: async (key) => {
      seen.push(key);
      return undefined;
    },
  });
  controller.add("early");
  await settled();
  expect(seen).toEqual([]);
  const stop = new AbortController();
  const done = controller.run(stop.signal);
  await settled();
  stop.abort();
  await done;
  expect(seen).toEqual(["early"]);
});

test("a failure is logged with its key and tried again after its wait, at the latest when the server said", async () => {
  const failures: number[] = [];
  const warned: Readonly<Record<string, unknown>>[] = [];
  const { clock, controller, stop, done } = started(
    async (_key, context) => {
      failures.push(context.failures);
      if (failures.length === 1) throw new Error("broken");
      if (failures.length === 2) {
        throw new ControllerError("too-many-requests", "slow down", { retryAfterMs: 3_000 });
      }
      return undefined;
    },
    { log: { info: () => {}, error: () => {}, warn: (fields) => warned.push(fields) } },
  );
  controller.add("a");
  await clock.advance(49);
  expect(failures).toEqual([0]);
  await clock.advance(1);
  expect(failures).toEqual([0, 1]);
  await clock.advance(2_999);
  expect(failures).toEqual([0, 1]);
  await clock.advance(1);
  expect(failures).toEqual([0, 1, 2]);
  expect(warned).toMatchObject([
    { key: "a", failures: 1 },
    { key: "a", failures: 2 },
  ]);
  stop.abort();
  await done;
});

test("what asked to come back is run again at its time, and reported as requeued", async () => {
  const ends: string[] = [];
  let runs = 0;
  const { clock, controller, stop, done } = started(
    async () => {
      runs += 1;
      return runs === 1 ? { requeueAfterMs: 500 } : undefined;
    },
    { metrics: { ...noMetrics, reconciled: (_name, end) => ends.push(end) } },
  );
  controller.add("a");
  await clock.advance(499);
  expect(ends).toEqual(["requeued"]);
  await clock.advance(1);
  expect(ends).toEqual(["requeued", "done"]);
  expect(clock.nextInMs()).toBeUndefined();
  stop.abort();
  await done;
});

test("when it has to end nothing new begins, what runs is told, and the rest is there for the next run", async () => {
  const seen: string[] = [];
  const { controller, stop, done } = started(async (key, { signal }) => {
    seen.push(key);
    if (seen.length > 1) return undefined;
    await new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("given up")));
    });
    return undefined;
  });
  controller.add("a");
  controller.add("b");
  await settled();
  stop.abort();
  await done;
  expect(seen).toEqual(["a"]);
  const again = new AbortController();
  const second = controller.run(again.signal);
  await settled();
  again.abort();
  await second;
  expect(seen).toEqual(["a", "b", "a"]);
});
