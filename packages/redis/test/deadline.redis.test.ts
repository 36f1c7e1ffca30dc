import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { faultProxy, startRedis } from "@headgate/redis-server-for-tests";
import { describe, expect, onTestFinished, test } from "vitest";
import { redisOptionsFromUrl, type RedisError } from "../src/index.ts";
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

/** Keeps the event loop from doing anything else, for so long and until a server has answered all that it got before. */
function holdUp(durationMs: number, port: number): void {
  const until = performance.now() + durationMs;
  execFileSync("redis-cli", ["-p", String(port), "PING"]);
  while (performance.now() < until);
}

test("no call is late because this process was held up: 0 of 200 in stalls of 60 ms", async () => {
  const { server, redis, missed } = await rig();
  for (let stall = 0; stall < 20; stall++) {
    const calls = Array.from({ length: 10 }, () => redis.send("PING", [], { deadlineMs: 30 }));
    await Promise.resolve().then(() => process.nextTick(() => holdUp(60, server.port)));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(["PONG"]));
  }
  expect(missed()).toBe(0);
});

test("a call that could not leave because this process was held up gets that time back", async () => {
  const { server, redis, missed } = await rig();
  const call = redis.send("PING", [], { deadlineMs: 1000 });
  holdUp(1100, server.port);
  expect(await call).toBe("PONG");
  expect(missed()).toBe(0);
});

test("while Redis stalls, for 400 ms each call ends at its deadline and no more than 2 ms later", async () => {
  const { server, redis, missed } = await rig();
  // Longer than the 400 ms in which calls are made, so that no deadline comes after it.
  const stalled = server.pause(1500);
  const calls: Promise<{ waitMs: number; excessMs: number }>[] = [];
  const until = performance.now() + 400;
  while (performance.now() < until) {
    calls.push(timed(() => failure(redis.send("PING", [], { deadlineMs: 30 }))));
    await sleep(2);
  }
  const times = await Promise.all(calls);
  expect(Math.min(...times.map(({ waitMs }) => waitMs))).toBeGreaterThanOrEqual(29);
  const excesses = times.map(({ excessMs }) => excessMs).toSorted((a, b) => a - b);
  // The slowest quarter is left to a machine that gives the processor to others for some milliseconds.
  expect(excesses[Math.floor(excesses.length * 0.75)]).toBeLessThanOrEqual(2);
  expect(missed()).toBe(calls.length);
  await stalled;
  expect(await redis.send("PING")).toBe("PONG");
});

/** How long a call with a deadline of 30 ms takes to fail, and how much longer than a timer of 30 ms beside it. */
async function timed(call: () => Promise<RedisError>) {
  const started = performance.now();
  const timer = sleep(30).then(() => performance.now());
  expect(await call()).toMatchObject(unanswered);
  const ended = performance.now();
  return { waitMs: ended - started, excessMs: ended - (await timer) };
}

describe("a call given up", () => {
  test("may still be executed, and its late reply disturbs nobody", async () => {
    const { server, redis } = await rig();
    const stalled = server.pause(500);
    const error = await failure(redis.send("INCR", ["counter"], { deadlineMs: 10 }));
    expect(error).toMatchObject({ code: "deadline", executed: "unknown" });
    await stalled;
    expect(await redis.send("GET", ["counter"])).toBe("1");
  });

  test("leaves others their own time", async () => {
    const { server, redis } = await rig();
    const stalled = server.pause(500);
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
    // Either of the two round trips would be in time.
    proxy.delay(300);
    const error = await failure(redis.run(script, [], [], { deadlineMs: 500 }));
    expect(error).toMatchObject({ code: "deadline" });
  });
});
