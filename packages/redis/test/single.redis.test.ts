import { openRedis, startRedis, type RedisServerOptions } from "@headgate/redis-server-for-tests";
import { describe, expect, onTestFinished, test } from "vitest";
import { defineScript, redisOptionsFromUrl, type RedisObserver } from "../src/index.ts";
import { becomes, connected, failure, opened } from "./connected.ts";

async function serverWith(options: RedisServerOptions = {}) {
  const server = await startRedis(options);
  onTestFinished(() => server.stop());
  return server;
}

const increment = defineScript("return redis.call('INCR', KEYS[1])");

test("commands and scripts are answered as RESP2 has it", async () => {
  const shared = await openRedis();
  onTestFinished(() => shared.stop());
  const redis = await connected(redisOptionsFromUrl(shared.url));
  const key = `${shared.prefix}key`;
  expect(await redis.send("SET", [key, "välue", "PX", 60_000])).toBe("OK");
  expect(await redis.send("GET", [key])).toBe("välue");
  expect(await redis.send("GET", [`${key}-absent`])).toBeNull();
  expect(await redis.send("HSET", [`${key}-hash`, "field", 1])).toBe(1);
  expect(await redis.send("HGETALL", [`${key}-hash`])).toEqual(["field", "1"]);
  expect(await redis.run(increment, [`${key}-counter`])).toBe(1);
});

test("calls go out before anybody is connected are refused at once, and nothing is queued", async () => {
  const server = await serverWith();
  const redis = opened(redisOptionsFromUrl(server.url));
  expect(redis.state).toBe("connecting");
  const error = await failure(redis.send("INCR", ["counter"]));
  expect(error).toMatchObject({ code: "not-connected", executed: "no", errorClass: "connection" });
  await becomes(redis, "ready");
  expect(await redis.send("GET", ["counter"])).toBeNull();
});

test("an observer counts commands, the writes they went out in, and scripts", async () => {
  const server = await serverWith();
  const counts = { commandSent: 0, roundTripBegun: 0, scriptLoaded: 0, deadlineMissed: 0 };
  const names = Object.keys(counts) as (keyof typeof counts)[];
  const observer: RedisObserver = Object.fromEntries(
    names.map((name) => [name, () => (counts[name] += 1)]),
  );
  const redis = await connected({ ...redisOptionsFromUrl(server.url), observer });
  await Promise.all([redis.send("PING"), redis.send("PING"), redis.send("PING")]);
  expect(counts).toEqual({ commandSent: 3, roundTripBegun: 1, scriptLoaded: 0, deadlineMissed: 0 });
  await redis.run(increment, ["counter"]);
  await redis.run(increment, ["counter"]);
  expect(counts).toMatchObject({ commandSent: 6, roundTripBegun: 4, scriptLoaded: 1 });
});

test("calls made in one go leave in few writes, of two or three kilobytes", async () => {
  const server = await serverWith();
  const redis = await connected(redisOptionsFromUrl(server.url));
  const reads = async () =>
    Number(/total_reads_processed:(\d+)/.exec(String(await redis.send("INFO", ["stats"])))?.[1]);
  const before = await reads();
  await Promise.all(Array.from({ length: 100 }, () => redis.run(increment, ["counter"])));
  // The names, one text and the names again are 200 calls of 90 bytes; Redis may find two writes at once.
  const taken = (await reads()) - before;
  expect(taken).toBeGreaterThanOrEqual(3);
  expect(taken).toBeLessThanOrEqual(12);
});

describe("what happens to full memory", () => {
  test("is read from the server", async () => {
    const server = await serverWith({ config: { "maxmemory-policy": "allkeys-lru" } });
    const redis = await connected(redisOptionsFromUrl(server.url));
    expect(await redis.evictionPolicy()).toBe("allkeys-lru");
  });

  test("is read with either of two permissions, and unknown with none", async () => {
    const users = [
      "both on >pw ~* +@all",
      "config on >pw ~* +@all -info",
      "neither on >pw ~* +@all -info -config",
    ];
    const server = await serverWith({ users });
    const policies = ["both", "config", "neither"].map(async (username) => {
      const options = { ...redisOptionsFromUrl(server.url), username, password: "pw" };
      return (await connected(options)).evictionPolicy();
    });
    expect(await Promise.all(policies)).toEqual(["noeviction", "noeviction", "unknown"]);
  });
});

describe("with TLS", () => {
  const user = { username: "app", password: "correct-horse" };

  test("a client certificate and an ACL user get in", async () => {
    const server = await serverWith({ tls: true, users: ["app on >correct-horse ~app:* +@all"] });
    const tls = { ...server.tls, serverName: "localhost" };
    const redis = await connected({ ...redisOptionsFromUrl(server.url), ...user, tls });
    expect(await redis.send("ACL", ["WHOAMI"])).toBe("app");
    expect(await redis.send("SET", ["app:key", "1"])).toBe("OK");
    expect(await failure(redis.send("SET", ["other:key", "1"]))).toMatchObject({
      code: "forbidden",
      executed: "no",
      errorClass: "auth",
    });
  });

  test("a server whose authority is not trusted is not spoken to, unless told so", async () => {
    const server = await serverWith({ tls: true });
    const { cert, key } = server.tls ?? {};
    const redis = opened({ ...redisOptionsFromUrl(server.url), tls: { cert, key } });
    expect((await becomes(redis, "lost"))?.message).toMatch(/certificate/);
    const careless = { cert, key, insecureSkipVerify: true };
    const other = await connected({ ...redisOptionsFromUrl(server.url), tls: careless });
    expect(await other.send("PING")).toBe("PONG");
  });

  test("without the certificate that the server asks for there is no connection", async () => {
    const server = await serverWith({ tls: true });
    const redis = opened({ ...redisOptionsFromUrl(server.url), tls: { ca: server.tls?.ca } });
    await becomes(redis, "lost");
    expect(await failure(redis.send("PING"))).toMatchObject({ executed: "no" });
  });
});

describe("who may not come in", () => {
  test("is told so in every call, as a matter of credentials, without the password", async () => {
    const server = await serverWith({ users: ["app on >right ~* +@all"] });
    const wrong = { username: "app", password: "wrong-password" };
    const redis = opened({ ...redisOptionsFromUrl(server.url), ...wrong });
    expect(await becomes(redis, "lost")).toMatchObject({ code: "unauthenticated" });
    const error = await failure(redis.send("PING"));
    expect(error).toMatchObject({ code: "not-connected", executed: "no", errorClass: "auth" });
    expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain("wrong");
  });

  test("without any password learns it from the first command", async () => {
    const server = await serverWith({ password: "right" });
    const redis = await connected(redisOptionsFromUrl(server.url));
    const error = await failure(redis.send("PING"));
    expect(error).toMatchObject({ code: "unauthenticated", executed: "no", errorClass: "auth" });
  });

  test("comes in as soon as the server takes the password", async () => {
    const server = await serverWith();
    await server.command("ACL", "SETUSER", "app", "on", ">old", "~*", "+@all");
    const redis = opened({ ...redisOptionsFromUrl(server.url), username: "app", password: "new" });
    await becomes(redis, "lost");
    await server.command("ACL", "SETUSER", "app", ">new");
    await becomes(redis, "ready");
    expect(await redis.send("PING")).toBe("PONG");
  });
});

test("after closing, calls are refused and the server sees no connection", async () => {
  const server = await serverWith();
  const redis = await connected(redisOptionsFromUrl(server.url));
  redis.subscribe("channel", { message: () => undefined });
  await redis.send("PING");
  await redis.close();
  expect(redis.state).toBe("closed");
  expect(await failure(redis.send("PING"))).toMatchObject({ code: "closed", executed: "no" });
  expect(await server.command("CLIENT", "LIST")).not.toContain("name=headgate");
});

test("a user needs no more permissions than the README says", async () => {
  const server = await serverWith({
    users: [
      "app on >pw ~* resetchannels &news -@all +eval +evalsha +ping +info +incr +publish +subscribe +unsubscribe",
    ],
  });
  const options = { ...redisOptionsFromUrl(server.url), username: "app", password: "pw" };
  const redis = await connected(options);
  expect(await redis.run(increment, ["counter"])).toBe(1);
  expect(await redis.evictionPolicy()).toBe("noeviction");
  let stop = () => {};
  const heard = new Promise((resolve) => {
    stop = redis.subscribe("news", {
      message: resolve,
      subscribed: () => void redis.publish("news", "text"),
    });
  });
  expect(await heard).toBe("text");
  stop();
  await expect.poll(() => redis.publish("news", "text")).toBe(0);
});
