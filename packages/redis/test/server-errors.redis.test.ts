import { findValkey, startRedis, type RedisServerOptions } from "@headgate/redis-server-for-tests";
import { describe, expect, onTestFinished, test } from "vitest";
import { defineScript, redisOptionsFromUrl } from "../src/index.ts";
import { connected, failure } from "./connected.ts";

const increment = defineScript("return redis.call('INCR', KEYS[1])");
const valkey = await findValkey();
const programs = ["redis-server", ...(valkey === undefined ? [] : [valkey])].map((program) => ({
  name: program.includes("valkey") ? "Valkey" : "Redis",
  program,
}));

describe.for(programs)("what $name says when it does not execute a call", ({ program }) => {
  async function rig(config: RedisServerOptions["config"] = {}) {
    const server = await startRedis({ program, config });
    onTestFinished(() => server.stop());
    return { server, redis: await connected(redisOptionsFromUrl(server.url)) };
  }

  test("a script that it does not know is given to it", async () => {
    const { server, redis } = await rig();
    expect(await redis.run(increment, ["counter"])).toBe(1);
    await server.command("SCRIPT", "FLUSH");
    expect(await redis.run(increment, ["counter"])).toBe(2);
  });

  test("its memory is full", async () => {
    const { redis } = await rig({ maxmemory: "1", "maxmemory-policy": "noeviction" });
    const error = await failure(redis.run(increment, ["counter"]));
    expect(error).toMatchObject({ code: "out-of-memory", executed: "no" });
    expect(await redis.send("EXISTS", ["counter"])).toBe(0);
  });

  test("it is busy with a script", async () => {
    const { server, redis } = await rig({ "busy-reply-threshold": "20" });
    const endless = failure(redis.send("EVAL", ["while true do end", 0], { deadlineMs: 10_000 }));
    const other = await connected(redisOptionsFromUrl(server.url));
    const busy = async () => (await failure(other.run(increment, ["counter"]))).code;
    await expect.poll(busy, { timeout: 10_000 }).toBe("busy");
    await server.command("SCRIPT", "KILL");
    expect(await endless).toMatchObject({ code: "error-reply", executed: "unknown" });
    expect(await other.run(increment, ["counter"])).toBe(1);
  });

  test("it is a replica that has lost its primary", async () => {
    const { redis } = await rig({ replicaof: "127.0.0.1 1", "replica-serve-stale-data": "no" });
    const error = await failure(redis.send("GET", ["counter"]));
    expect(error).toMatchObject({ code: "primary-down", executed: "no" });
  });

  test("it is a replica", async () => {
    const { redis } = await rig({ replicaof: "127.0.0.1 1" });
    const error = await failure(redis.run(increment, ["counter"]));
    expect(error).toMatchObject({ code: "read-only", executed: "no" });
  });

  test("it is of a Cluster that has nobody for the key", async () => {
    const { redis } = await rig({ "cluster-enabled": "yes" });
    const error = await failure(redis.run(increment, ["counter"]));
    expect(error).toMatchObject({ code: "cluster-down", executed: "no" });
  });

  test("it has fewer replicas than it was told to write with", async () => {
    const { redis } = await rig({ "min-replicas-to-write": "1" });
    const error = await failure(redis.run(increment, ["counter"]));
    expect(error).toMatchObject({ code: "write-refused", executed: "no" });
  });
});
