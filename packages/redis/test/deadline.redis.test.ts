import { setTimeout as sleep } from "node:timers/promises";
import { faultProxy, startRedis } from "@headgate/redis-server-for-tests";
import { describe, expect, onTestFinished, test } from "vitest";
import { redisOptionsFromUrl } from "../src/index.ts";
import { connected, failure } from "./connected.ts";

async function rig() {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  let missed = 0;
  const observer = { deadlineMissed: () => void (missed += 1) };
  const redis = await connected({ ...redisOptionsFromUrl(server.url), observer });
  await redis.send("PING");
  return { server, redis, missed: () => missed };
}

const unanswered = { code: "deadline", executed: "unknown", errorClass: "timeout" };

/** Keeps the event loop from doing anything else. */
function holdUp(durationMs: number): void {
  const until = performance.now() + durationMs;
  while (performance.now() < until);
}

test("no call is late because this process was held up: 0 of 200 in stalls of 60 ms", async () => {
  const { redis, missed } = await rig();
  for (let stall = 0; stall < 20; stall++) {
    const calls = Array.from({ length: 10 }, () => redis.send("PING", [], { deadlineMs: 30 }));
    holdUp(60);
    expect(new Set(await Promise.all(calls))).toEqual(new Set(["PONG"]));
  }
  expect(missed()).toBe(0);
});

test("while Redis stalls for 400 ms, each call ends at its deadline and no more than 2 ms later", async () => {
  const { server, redis, missed } = await rig();
  const stalled = server.pause(400);
  const waits: number[] = [];
  const excesses: number[] = [];
  const calls: Promise<void>[] = [];
  for (let call = 0; call < 100; call++) {
    calls.push(
      (async () => {
        const started = performance.now();
        // This machine may be busy: a timer of the same length tells how late everything is just now.
        const timer = sleep(30).then(() => performance.now());
        const error = await failure(redis.send("PING", [], { deadlineMs: 30 }));
        const ended = performance.now();
        expect(error).toMatchObject(unanswered);
        waits.push(ended - started);
        excesses.push(ended - (await timer));
      })(),
    );
    await sleep(2);
  }
  await Promise.all(calls);
  await stalled;
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(29);
  // The slowest tenth is left to a machine that gives the processor to others for some milliseconds.
  expect(excesses.toSorted((a, b) => a - b)[90]).toBeLessThanOrEqual(2);
  expect(missed()).toBe(100);
  expect(await redis.send("PING")).toBe("PONG");
});

describe("a call given up", () => {
  test("may still be executed, and its late reply disturbs nobody", async () => {
    const { server, redis } = await rig();
    const stalled = server.pause(100);
    const error = await failure(redis.send("INCR", ["counter"], { deadlineMs: 10 }));
    expect(error).toMatchObject({ code: "deadline", executed: "unknown" });
    await stalled;
    expect(await redis.send("GET", ["counter"])).toBe("1");
  });

  test("leaves others their own time", async () => {
    const { server, redis } = await rig();
    const stalled = server.pause(100);
    const short = failure(redis.send("PING", [], { deadlineMs: 10 }));
    const long = redis.send("PING", [], { deadlineMs: 10_000 });
    expect(await short).toMatchObject({ code: "deadline" });
    expect(await long).toBe("PONG");
    await stalled;
  });

  test("has one deadline for a script's name and its text together", async () => {
    const { server } = await rig();
    const proxy = await faultProxy(server);
    onTestFinished(() => proxy.stop());
    const redis = await connected(redisOptionsFromUrl(proxy.url));
    const script = { text: "return 1", sha1: "e0e1f9fabfc9d4800c877a703b823ac0578ff8db" };
    proxy.delay(60);
    const started = performance.now();
    const error = await failure(redis.run(script, [], [], { deadlineMs: 100 }));
    expect(error).toMatchObject({ code: "deadline" });
    expect(performance.now() - started).toBeLessThan(115);
  });
});
