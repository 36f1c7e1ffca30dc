import { faultProxy, startRedis } from "@headgate/redis-server-for-tests";
import { describe, expect, onTestFinished, test } from "vitest";
import { defineScript, redisOptionsFromUrl } from "../src/index.ts";
import { becomes, connected, failure, opened } from "./connected.ts";

async function rig() {
  const server = await startRedis();
  const proxy = await faultProxy(server);
  onTestFinished(async () => {
    await proxy.stop();
    await server.stop();
  });
  return { server, proxy };
}

const increment = defineScript("return redis.call('INCR', KEYS[1])");

describe("a script that Redis forgot", () => {
  test("is given again once, though 200 calls are in flight, for one round trip more", async () => {
    const { server, proxy } = await rig();
    const redis = await connected(redisOptionsFromUrl(proxy.url));
    await redis.run(increment, ["counter"]);
    await server.command("SCRIPT", "FLUSH");
    const before = { texts: proxy.received("EVAL"), names: proxy.received("EVALSHA") };
    const calls = Array.from({ length: 200 }, () => redis.run(increment, ["counter"]));
    const replies = await Promise.all(calls);
    expect(replies.toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 2),
    );
    expect(proxy.received("EVAL") - before.texts).toBe(1);
    expect(proxy.received("EVALSHA") - before.names).toBe(200 + 199);
  });

  test("is given again though it is flushed all the time", async () => {
    const { server, proxy } = await rig();
    const redis = await connected(redisOptionsFromUrl(proxy.url));
    const admin = await connected({ ...redisOptionsFromUrl(server.url) });
    let flushing = true;
    const flushes = (async () => {
      while (flushing) await admin.send("SCRIPT", ["FLUSH"]);
    })();
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 50 }, () => redis.run(increment, ["counter"])));
    }
    flushing = false;
    await flushes;
    expect(await redis.send("GET", ["counter"])).toBe("1000");
  });
});

describe("a reply that is lost", () => {
  test("leaves one execution behind, and an error that says so", async () => {
    const { server, proxy } = await rig();
    const redis = await connected(redisOptionsFromUrl(proxy.url));
    await redis.run(increment, ["counter"]);
    proxy.cutAfterNext("EVALSHA");
    const error = await failure(redis.run(increment, ["counter"]));
    expect(error).toMatchObject({
      code: "connection-lost",
      executed: "unknown",
      errorClass: "connection",
    });
    await becomes(redis, "ready");
    expect(await redis.send("PING")).toBe("PONG");
    expect(await server.command("GET", "counter")).toBe("2");
    expect(proxy.received("EVALSHA")).toBe(2);
  });

  test("is unknown for every call in flight, and a later call goes through", async () => {
    const { server, proxy } = await rig();
    const redis = await connected(redisOptionsFromUrl(proxy.url));
    proxy.cutAfterNext("INCR");
    const calls = Array.from({ length: 50 }, () => failure(redis.send("INCR", ["counter"])));
    const codes = new Set((await Promise.all(calls)).map(({ executed }) => executed));
    expect(codes).toEqual(new Set(["unknown"]));
    await becomes(redis, "ready");
    const counted = Number(await server.command("GET", "counter"));
    expect(await redis.send("INCR", ["counter"])).toBe(counted + 1);
    expect(counted).toBeLessThanOrEqual(50);
  });
});

describe("an error that comes before execution", () => {
  test.each([
    ["OOM command not allowed when used memory > 'maxmemory'.", "out-of-memory"],
    ["BUSY Redis is busy running a script.", "busy"],
    ["LOADING Redis is loading the dataset in memory", "loading"],
    ["MASTERDOWN Link with MASTER is down", "primary-down"],
    ["CLUSTERDOWN The cluster is down", "cluster-down"],
  ])("%s", async (reply, code) => {
    const { server, proxy } = await rig();
    const redis = await connected(redisOptionsFromUrl(proxy.url));
    proxy.answerNext(reply, "INCR");
    expect(await failure(redis.send("INCR", ["counter"]))).toMatchObject({ code, executed: "no" });
    expect(await server.command("EXISTS", "counter")).toBe("0");
    expect(await redis.send("INCR", ["counter"])).toBe(1);
  });

  test("READONLY also makes the connection anew, to find who is primary now", async () => {
    const { proxy } = await rig();
    const redis = await connected(redisOptionsFromUrl(proxy.url));
    proxy.answerNext("READONLY You can't write against a read only replica.", "INCR");
    const error = await failure(redis.send("INCR", ["counter"]));
    expect(error).toMatchObject({ code: "read-only", executed: "no" });
    await becomes(redis, "lost");
    await becomes(redis, "ready");
    expect(await redis.send("INCR", ["counter"])).toBe(1);
  });

  test("a script that fails in the middle may have been executed", async () => {
    const { proxy } = await rig();
    const redis = await connected(redisOptionsFromUrl(proxy.url));
    const broken = defineScript("redis.call('INCR', KEYS[1]) return redis.call('LPUSH', KEYS[1])");
    const error = await failure(redis.run(broken, ["counter"]));
    expect(error).toMatchObject({ code: "error-reply", executed: "unknown", errorClass: "other" });
    expect(await redis.send("GET", ["counter"])).toBe("1");
  });
});

describe("a server that goes away", () => {
  test("is found again after a crash, empty, without anybody asking", async () => {
    const { server } = await rig();
    const redis = await connected(redisOptionsFromUrl(server.url));
    await redis.run(increment, ["counter"]);
    const lost = becomes(redis, "lost");
    await server.kill();
    await lost;
    const refused = await failure(redis.run(increment, ["counter"]));
    expect(refused).toMatchObject({ code: "not-connected", executed: "no" });
    await server.restart();
    await becomes(redis, "ready");
    expect(await redis.run(increment, ["counter"])).toBe(1);
  });

  test("may be away at the start", async () => {
    const { server } = await rig();
    await server.kill();
    const redis = opened(redisOptionsFromUrl(server.url));
    expect((await becomes(redis, "lost"))?.message).toMatch(/ECONNREFUSED/);
    await server.restart();
    await becomes(redis, "ready");
    expect(await redis.send("PING")).toBe("PONG");
  });

  test("is not written to once it said that it will say no more", async () => {
    const { proxy } = await rig();
    const redis = await connected(redisOptionsFromUrl(proxy.url));
    const lost = becomes(redis, "lost");
    proxy.halfClose();
    await lost;
    expect(await failure(redis.send("PING"))).toMatchObject({ executed: "no" });
    await becomes(redis, "ready");
    expect(await redis.send("PING")).toBe("PONG");
  });

  test("is given up when it owes replies for too long, though it is still connected", async () => {
    const { proxy } = await rig();
    const options = { ...redisOptionsFromUrl(proxy.url), connectTimeoutMs: 100 };
    const redis = await connected(options);
    proxy.silence(true);
    const lost = becomes(redis, "lost");
    const error = await failure(redis.send("PING", [], { deadlineMs: 20 }));
    expect(error).toMatchObject({ code: "deadline", executed: "unknown" });
    await lost;
    proxy.silence(false);
    await becomes(redis, "ready");
    expect(await redis.send("PING")).toBe("PONG");
  });
});
