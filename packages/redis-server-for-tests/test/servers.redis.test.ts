import { expect, onTestFinished, test } from "vitest";
import { startRedis, startRedisCluster, startSentinel } from "../src/index.ts";

test("a server serves, keeps nothing over a restart, and comes back on its port", async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  expect(await server.command("SET", "key", "value")).toBe("OK");
  const { port } = server;
  await server.kill();
  await expect(server.command("PING")).rejects.toThrow("Connection refused");
  await server.restart();
  expect(server.port).toBe(port);
  expect(await server.command("EXISTS", "key")).toBe("0");
});

test("a paused server answers when the pause is over", async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const started = performance.now();
  const paused = server.pause(300);
  expect(await server.command("PING")).toBe("PONG");
  expect(performance.now() - started).toBeGreaterThanOrEqual(295);
  await paused;
});

test("a server with TLS, a password and a user lets in who has them", async () => {
  const server = await startRedis({
    tls: true,
    password: "default-secret",
    users: ["app on >app-secret ~app:* +@all"],
    config: { maxmemory: "5mb", "maxmemory-policy": "allkeys-lru" },
  });
  onTestFinished(() => server.stop());
  expect(server.url).toBe(`rediss://127.0.0.1:${server.port}`);
  expect(server.tls?.cert).toContain("BEGIN CERTIFICATE");
  expect(await server.command("ACL", "USERS")).toBe("app\ndefault");
  expect(await server.command("CONFIG", "GET", "maxmemory-policy")).toContain("allkeys-lru");
});

test("a Cluster of three serves every slot", async () => {
  const cluster = await startRedisCluster();
  onTestFinished(() => cluster.stop());
  expect(cluster.nodes).toHaveLength(3);
  for (const key of ["a", "b", "c", "d"]) {
    expect(await cluster.command("SET", key, "1")).toBe("OK");
  }
});

test.each([1, 3])("%i Sentinels promote a replica when the primary dies", async (sentinels) => {
  const set = await startSentinel({ sentinels });
  onTestFinished(() => set.stop());
  const [first, second] = set.servers;
  expect(await set.primary()).toBe(first);
  expect(await set.failover()).toBe(second);
  expect(await second?.command("SET", "key", "value")).toBe("OK");
});
