import {
  faultProxy,
  startRedis,
  startRedisCluster,
  startSentinel,
} from "@headgate/redis-server-for-tests";
import { describe, expect, onTestFinished, test } from "vitest";
import { defineScript, redisOptionsFromUrl } from "../src/index.ts";
import { becomes, connected, failure, opened } from "./connected.ts";

const patience = { timeout: 10_000 };
const increment = defineScript("return redis.call('INCR', KEYS[1])");

async function cluster() {
  const servers = await startRedisCluster();
  onTestFinished(() => servers.stop());
  const nodes = servers.nodes.map(({ host, port }) => ({ host, port }));
  return { servers, topology: { kind: "cluster", nodes } as const };
}

describe("in a Cluster of three", () => {
  test("calls reach the node of their key, whichever nodes were named", async () => {
    const { servers, topology } = await cluster();
    const one = { ...topology, nodes: topology.nodes.slice(0, 1) };
    const redis = await connected({ topology: one });
    const keys = Array.from({ length: 60 }, (_, index) => `key-${index}`);
    const replies = keys.map((key) => redis.run(increment, [key]));
    expect(new Set(await Promise.all(replies))).toEqual(new Set([1]));
    const sizes = await Promise.all(servers.nodes.map((node) => node.command("DBSIZE")));
    expect(sizes.map(Number).reduce((sum, size) => sum + size)).toBe(60);
    expect(Math.min(...sizes.map(Number))).toBeGreaterThan(0);
    expect(await redis.evictionPolicy()).toBe("noeviction");
  });

  test("a script forgotten by every node is given to each, with 200 calls in flight", async () => {
    const { servers, topology } = await cluster();
    const redis = await connected({ topology });
    const keys = Array.from({ length: 200 }, (_, index) => `{${index % 10}}counter`);
    await Promise.all(keys.map((key) => redis.run(increment, [key])));
    await Promise.all(servers.nodes.map((node) => node.command("SCRIPT", "FLUSH")));
    const replies = await Promise.all(keys.map((key) => redis.run(increment, [key])));
    expect(replies.toSorted((a, b) => Number(b) - Number(a))[0]).toBe(40);
  });

  test("a node that dies fails its own slots at once, and they are served again when it is back", async () => {
    const { servers, topology } = await cluster();
    const redis = await connected({ topology });
    const [node] = servers.nodes;
    const slots = Array.from({ length: 30 }, (_, index) => `key-${index}`);
    await node?.kill();
    const isServed = async (key: string) => {
      const reply = await redis.send("INCR", [key], { deadlineMs: 200 }).catch(() => undefined);
      return typeof reply === "number";
    };
    const served = async () => (await Promise.all(slots.map(isServed))).filter(Boolean).length;
    const whileAway = await served();
    expect(whileAway).toBeGreaterThan(0);
    expect(whileAway).toBeLessThan(slots.length);
    // Whoever is asked now names the dead node, so nothing was executed.
    const outcomes = slots.map((key) => redis.send("INCR", [key]).catch((error: unknown) => error));
    const failures = (await Promise.all(outcomes)).filter((outcome) => typeof outcome !== "number");
    for (const error of failures) expect(error).toMatchObject({ executed: "no" });
    await node?.restart();
    await expect.poll(served, patience).toBe(slots.length);
  });

  test("a call whose connection broke is not sent a second time", async () => {
    const { servers } = await cluster();
    const owner = await ownerOf(servers.nodes, "counter");
    const proxy = await faultProxy(owner);
    onTestFinished(() => proxy.stop());
    await owner.command("CONFIG", "SET", "cluster-announce-port", String(proxy.port));
    const redis = await connected({ topology: { kind: "cluster", nodes: [proxy] } });
    proxy.cutAfterNext("INCR");
    const error = await failure(redis.send("INCR", ["counter"], { deadlineMs: 2000 }));
    expect(error).toMatchObject({ code: "connection-lost", executed: "unknown" });
    const again = () => redis.send("GET", ["counter"]).catch(() => "not yet");
    await expect.poll(again, patience).toBe("1");
    expect(proxy.received("INCR")).toBe(1);
  });

  test("a message reaches subscribers wherever it was published", async () => {
    const { topology } = await cluster();
    const redis = await connected({ topology });
    const heard = await subscribed(redis);
    for (let message = 0; message < 10; message++) await redis.publish("news", String(message));
    await expect.poll(() => heard.length, patience).toBe(10);
  });
});

describe("behind Sentinels", () => {
  test("the primary is found, and the new one after a failover", async () => {
    const set = await startSentinel();
    onTestFinished(() => set.stop());
    const { masterName, sentinels } = set;
    const redis = await connected({ topology: { kind: "sentinel", masterName, sentinels } });
    expect(await redis.run(increment, ["counter"])).toBe(1);
    const lost = becomes(redis, "lost");
    const promoted = await set.failover();
    await lost;
    await becomes(redis, "ready");
    expect(await redis.run(increment, ["other"])).toBe(1);
    expect(await promoted.command("GET", "other")).toBe("1");
  });

  test("a primary that is frozen is left for the one that replaced it", async () => {
    const set = await startSentinel();
    onTestFinished(() => set.stop());
    const { masterName, sentinels, servers } = set;
    const topology = { kind: "sentinel", masterName, sentinels } as const;
    const redis = await connected({ topology, connectTimeoutMs: 300 });
    // Longer than this takes on a busy machine; the server is stopped before.
    void servers[0]?.pause(15_000);
    const replaced = servers[1]?.log(/MASTER MODE enabled/);
    const lost = becomes(redis, "lost");
    expect(await failure(redis.run(increment, ["counter"], [], { deadlineMs: 30 }))).toMatchObject({
      code: "deadline",
    });
    await Promise.all([lost, replaced]);
    await becomes(redis, "ready");
    expect(await redis.run(increment, ["counter"])).toBe(1);
    expect(await servers[1]?.command("GET", "counter")).toBe("1");
  });

  test("a primary that is demoted refuses writes, and calls go to the new one", async () => {
    const set = await startSentinel();
    onTestFinished(() => set.stop());
    const { masterName, sentinels } = set;
    const redis = await connected({ topology: { kind: "sentinel", masterName, sentinels } });
    const [old, replica] = set.servers;
    await old?.command("REPLICAOF", "127.0.0.1", "1");
    const error = await failure(redis.run(increment, ["counter"]));
    expect(error).toMatchObject({ code: "read-only", executed: "no" });
    await becomes(redis, "lost");
    await set.failover();
    await becomes(redis, "ready");
    expect(await redis.run(increment, ["counter"])).toBe(1);
    expect(await replica?.command("GET", "counter")).toBe("1");
  });
});

describe("with certificates, users and passwords", () => {
  const users = ["app on >app-secret ~* &* +@all"];
  const app = { username: "app", password: "app-secret" };

  test("a Cluster is reached, and every node of it", async () => {
    const servers = await startRedisCluster(3, { tls: true, users });
    onTestFinished(() => servers.stop());
    const [node] = servers.nodes;
    const nodes = [{ host: "localhost", port: node?.port ?? 0 }];
    const tls = { ...node?.tls };
    const redis = await connected({ topology: { kind: "cluster", nodes }, tls, ...app });
    const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`);
    const replies = await Promise.all(keys.map((key) => redis.run(increment, [key])));
    expect(new Set(replies)).toEqual(new Set([1]));
  });

  test("Sentinels are asked with theirs, and servers with their own, before and after a failover", async () => {
    const server = { tls: true, users, password: "default-secret" };
    const set = await startSentinel({ server, sentinelPassword: "sentinel-secret" });
    onTestFinished(() => set.stop());
    const tls = { ...set.servers[0]?.tls };
    const { masterName, sentinels } = set;
    const asked = { masterName, sentinels, password: "sentinel-secret", tls };
    const redis = await connected({ topology: { kind: "sentinel", ...asked }, tls, ...app });
    expect(await redis.run(increment, ["counter"])).toBe(1);
    const lost = becomes(redis, "lost");
    await set.failover();
    await lost;
    await becomes(redis, "ready");
    expect(await redis.run(increment, ["other"])).toBe(1);
    const wrong = opened({
      topology: { kind: "sentinel", ...asked, password: "wrong-secret" },
      tls,
      ...app,
    });
    await expect
      .poll(async () => (await failure(wrong.send("PING"))).message, patience)
      .toMatch(/Sentinel/i);
    const error = await failure(wrong.send("PING"));
    expect(error.executed).toBe("no");
    expect(error.message).not.toContain("secret");
  });
});

test("a replica refuses writes and is asked again until it is promoted", async () => {
  const primary = await startRedis();
  onTestFinished(() => primary.stop());
  const replica = await startRedis({ config: { replicaof: `127.0.0.1 ${primary.port}` } });
  onTestFinished(() => replica.stop());
  const redis = await connected(redisOptionsFromUrl(replica.url));
  const error = await failure(redis.run(increment, ["counter"]));
  expect(error).toMatchObject({ code: "read-only", executed: "no" });
  await becomes(redis, "lost");
  await replica.command("REPLICAOF", "NO", "ONE");
  await becomes(redis, "ready");
  expect(await redis.run(increment, ["counter"])).toBe(1);
});

describe("subscriptions", () => {
  test("outlive the loss of the server, and the subscriber is told", async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const redis = await connected(redisOptionsFromUrl(server.url));
    let times = 0;
    const heard: string[] = [];
    redis.subscribe("news", {
      message: (text) => heard.push(text),
      subscribed: () => void (times += 1),
    });
    await expect.poll(() => times, patience).toBe(1);
    expect(await redis.publish("news", "one")).toBe(1);
    await expect.poll(() => heard, patience).toEqual(["one"]);
    await server.restart();
    await expect.poll(() => times, patience).toBe(2);
    await becomes(redis, "ready");
    expect(await redis.publish("news", "two")).toBe(1);
    await expect.poll(() => heard, patience).toEqual(["one", "two"]);
  });

  test("end one by one, and the last of a channel ends it at the server", async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const redis = await connected(redisOptionsFromUrl(server.url));
    const heard: string[] = [];
    const told: string[] = [];
    const listen = (name: string) =>
      redis.subscribe("news", {
        message: (text) => heard.push(`${name} ${text}`),
        subscribed: () => told.push(name),
      });
    const ends = [listen("a"), listen("b")];
    await expect.poll(() => told, patience).toEqual(["a", "b"]);
    const late = listen("c");
    await expect.poll(() => told, patience).toEqual(["a", "b", "c"]);
    ends[0]?.();
    await redis.publish("news", "1");
    await expect.poll(() => heard, patience).toEqual(["b 1", "c 1"]);
    ends[1]?.();
    late();
    await expect.poll(() => redis.publish("news", "2"), patience).toBe(0);
  });

  test("that the user may not have are refused", async () => {
    const server = await startRedis({ users: ["app on >pw ~* resetchannels +@all"] });
    onTestFinished(() => server.stop());
    const options = { ...redisOptionsFromUrl(server.url), username: "app", password: "pw" };
    const redis = await connected(options);
    const refusal = new Promise((resolve) => {
      redis.subscribe("news", { message: () => undefined, refused: resolve });
    });
    expect(await refusal).toMatchObject({ code: "forbidden" });
  });
});

async function subscribed(redis: Awaited<ReturnType<typeof connected>>): Promise<string[]> {
  const heard: string[] = [];
  await new Promise<void>((resolve) => {
    redis.subscribe("news", { message: (text) => heard.push(text), subscribed: resolve });
  });
  return heard;
}

async function ownerOf(nodes: Awaited<ReturnType<typeof startRedisCluster>>["nodes"], key: string) {
  for (const node of nodes) {
    const moved = await node.command("EXISTS", key).catch(() => "moved");
    if (moved !== "moved") return node;
  }
  throw new Error(`no node serves ${key}`);
}
