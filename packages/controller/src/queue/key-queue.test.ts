import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KeyQueue } from "./key-queue.ts";

const options = { backoff: { baseMs: 50, maxMs: 30_000 }, calmMs: 1_000, random: () => 0 };

function queueWith(...keys: string[]): KeyQueue {
  const queue = new KeyQueue(options);
  for (const key of keys) queue.add(key, 0);
  return queue;
}

describe("keys", () => {
  test("are taken in the order in which they were added, each once", () => {
    const queue = queueWith("a", "b", "a", "c");
    expect([queue.take(0)?.key, queue.take(0)?.key, queue.take(0)?.key]).toEqual(["a", "b", "c"]);
    expect(queue.take(0)).toBeUndefined();
  });

  test("that are added while they run, run once more after it", () => {
    const queue = queueWith("a");
    queue.take(0);
    queue.add("a", 1);
    queue.add("a", 2);
    expect(queue.take(3)).toBeUndefined();
    queue.finish("a", { end: "done" }, 4);
    expect(queue.take(4)?.key).toBe("a");
    queue.finish("a", { end: "done" }, 5);
    expect(queue.take(5)).toBeUndefined();
  });

  test("that asked to come back do so at their time, and sooner when they are added", () => {
    const queue = queueWith("later", "sooner");
    for (const key of ["later", "sooner"]) {
      queue.take(0);
      queue.finish(key, { end: "done", requeueAfterMs: 100 }, 0);
    }
    expect(queue.nextDueMs()).toBe(100);
    queue.add("sooner", 10);
    expect(queue.take(10)?.key).toBe("sooner");
    expect(queue.take(99)).toBeUndefined();
    expect(queue.take(100)?.key).toBe("later");
  });

  test("tell how long they waited for a worker, not how long for their time", () => {
    const queue = queueWith("a");
    queue.take(0);
    queue.finish("a", { end: "done", requeueAfterMs: 100 }, 0);
    expect(queue.take(130)).toMatchObject({ waitedMs: 30 });
  });

  test("that were interrupted run again at once and count no failure", () => {
    const queue = queueWith("a");
    queue.take(0);
    queue.finish("a", { end: "interrupted" }, 1);
    expect(queue.take(1)).toMatchObject({ key: "a", failures: 0 });
  });
});

describe("a key that failed", () => {
  test("waits longer after each failure in a row, and not any more after a success", () => {
    const queue = queueWith("a");
    const waits: (number | undefined)[] = [];
    let now = 0;
    for (let failure = 0; failure < 4; failure++) {
      queue.take(now);
      queue.finish("a", { end: "failed" }, now);
      waits.push(queue.nextDueMs()! - now);
      now = queue.nextDueMs()!;
    }
    expect(waits).toEqual([50, 100, 200, 400]);
    expect(queue.take(now)).toMatchObject({ failures: 4 });
    queue.finish("a", { end: "done" }, now);
    queue.add("a", now);
    expect(queue.take(now)).toMatchObject({ failures: 0 });
  });

  test("waits as long as the server asked for, even when it is added", () => {
    const queue = queueWith("a");
    queue.take(0);
    queue.finish("a", { end: "failed", retryAfterMs: 5_000 }, 0);
    queue.add("a", 1);
    expect(queue.nextDueMs()).toBe(5_000);
  });

  test("runs when it is added, but not in the second after the failure", () => {
    const queue = queueWith("a");
    let now = 0;
    for (let failure = 0; failure < 10; failure++) {
      queue.take(now);
      queue.finish("a", { end: "failed" }, now);
      now = queue.nextDueMs()!;
    }
    queue.take(now);
    queue.finish("a", { end: "failed" }, now);
    queue.add("a", now + 1);
    expect(queue.nextDueMs()).toBe(now + 1_000);
    queue.take(now + 1_000);
    queue.finish("a", { end: "done" }, now + 1_000);
    queue.add("a", now + 1_001);
    expect(queue.take(now + 1_001)?.key).toBe("a");
  });
});

test("a key that was added while it ran and failed waits no longer than that second", () => {
  const queue = queueWith("a");
  let now = 0;
  for (let failure = 0; failure < 10; failure++) {
    queue.take(now);
    queue.finish("a", { end: "failed" }, now);
    now = queue.nextDueMs()!;
  }
  queue.take(now);
  queue.add("a", now);
  queue.finish("a", { end: "failed" }, now);
  expect(queue.nextDueMs()).toBe(now + 1_000);
});

type Step =
  | { readonly do: "add"; readonly key: string }
  | { readonly do: "take" }
  | {
      readonly do: "finish";
      readonly which: number;
      readonly end: "done" | "failed" | "interrupted" | "requeue";
    }
  | { readonly do: "pass"; readonly ms: number };

const key = fc.constantFrom("a", "b", "c", "d", "e");
const end = fc.constantFrom("done", "failed", "interrupted", "requeue");
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("add"), key }) },
  { weight: 4, arbitrary: fc.constant({ do: "take" } as const) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("finish"), which: fc.nat(4), end }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass"), ms: fc.nat(3_000) }) },
);

const ends = {
  done: { end: "done" },
  failed: { end: "failed" },
  interrupted: { end: "interrupted" },
  requeue: { end: "done", requeueAfterMs: 700 },
} as const;

/** Plays steps against a queue and tells of what it sees. */
function play(steps: readonly Step[]) {
  const queue = new KeyQueue(options);
  const running: string[] = [];
  const asked = new Set<string>();
  let twice = false;
  let now = 0;
  for (const one of steps) {
    switch (one.do) {
      case "add":
        asked.add(one.key);
        queue.add(one.key, now);
        break;
      case "take": {
        const taken = queue.take(now);
        if (taken === undefined) break;
        twice ||= running.includes(taken.key);
        running.push(taken.key);
        asked.delete(taken.key);
        break;
      }
      case "finish": {
        const [finished] = running.splice(one.which % Math.max(1, running.length), 1);
        if (finished === undefined) break;
        if (one.end !== "done") asked.add(finished);
        queue.finish(finished, ends[one.end], now);
        break;
      }
      case "pass":
        now += one.ms;
    }
    expect(queue.running).toBe(running.length);
  }
  expect(twice).toBe(false);
  return { queue, running, asked, now };
}

describe("whatever happens", () => {
  test("no key runs twice at a time, and none that was asked for is lost", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { queue, running, asked, now } = play(steps);
        for (const one of running) queue.finish(one, { end: "done" }, now);
        const later = now + 60_000;
        for (let taken = queue.take(later); taken !== undefined; taken = queue.take(later)) {
          asked.delete(taken.key);
          queue.finish(taken.key, { end: "done" }, later);
        }
        expect([...asked]).toEqual([]);
        expect(queue.nextDueMs()).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  test("a key that is always added again keeps no other from its turn", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(key, { minLength: 2 }),
        fc.integer({ min: 1, max: 3 }),
        (keys, workers) => {
          const queue = new KeyQueue(options);
          const [greedy, ...others] = keys;
          queue.add(greedy!, 0);
          for (const other of others) queue.add(other, 0);
          const seen: string[] = [];
          const running: string[] = [];
          for (let turn = 0; turn < 20; turn++) {
            while (running.length < workers) {
              const taken = queue.take(turn);
              if (taken === undefined) break;
              running.push(taken.key);
              seen.push(taken.key);
            }
            queue.add(greedy!, turn);
            const finished = running.shift();
            if (finished !== undefined) queue.finish(finished, { end: "done" }, turn);
          }
          // Between its first and its second turn everybody who stood behind it has begun.
          const second = seen.indexOf(greedy!, 1);
          for (const other of others) expect(seen.slice(0, second)).toContain(other);
        },
      ),
    );
  });

  test("the next time is that of the key that waits least", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { queue, now } = play(steps);
        const due = queue.nextDueMs();
        if (due === undefined) return;
        while (queue.take(Math.max(now, due - 1)) !== undefined);
        expect(queue.take(Math.max(now, due))?.key ?? "none was due").toEqual(expect.any(String));
      }),
    );
  });
});
