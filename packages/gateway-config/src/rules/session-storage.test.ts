import { describe, expect, test } from "vitest";
import { pathText } from "../problem.ts";
import { sessionStorageRules } from "./session-storage.ts";

type Storage = NonNullable<Parameters<typeof sessionStorageRules>[0]["sessionStorage"]>;

function told(storage: Storage, env: Record<string, string> = {}) {
  return sessionStorageRules({ sessionStorage: storage }, env);
}

function errorsIn(storage: Storage): string[] {
  const errors = told(storage).filter(({ severity }) => severity === "error");
  return errors.map(({ path, message }) => `${pathText(path)} ${message}`);
}

function redis(more: Omit<Storage, "provider">): Storage {
  return { provider: "redis", ...more };
}

describe("Redis is found", () => {
  test.each<[string, Omit<Storage, "provider">]>([
    ["at an address", { address: "redis.example.com:6379" }],
    ["at an IPv6 address", { address: "[2001:db8::1]:6379", db: 3, keyPrefix: "a:" }],
    ["at a URL", { url: "rediss://reader@redis.example.com:6380/2", db: 2 }],
    ["at a URL with nothing behind the host", { url: "redis://redis", tls: {} }],
    ["by sentinels", { sentinel: { masterName: "m", addresses: ["a:1", "b:2"] }, db: 1 }],
    ["as a cluster", { cluster: { addresses: ["a:1"] }, db: 0 }],
    ["with a certificate", { address: "a:1", tls: { certificatePath: "/c", keyPath: "/k" } }],
  ])("%s", (_, more) => {
    expect(errorsIn(redis(more))).toEqual([]);
  });
});

describe("Redis is not found", () => {
  test.each<[Omit<Storage, "provider">, string]>([
    [
      {},
      "sessionStorage does not say where Redis is: it needs one of address, url, sentinel, cluster",
    ],
    [
      { address: "" },
      "sessionStorage does not say where Redis is: it needs one of address, url, sentinel, cluster",
    ],
    [
      { address: "a:1", cluster: { addresses: ["b:2"] } },
      "sessionStorage.cluster is a second place: address and cluster are both given",
    ],
    [{ address: "redis" }, "sessionStorage.address must be a host and a port from 1 to 65535"],
    [{ address: "redis:0" }, "sessionStorage.address must be a host and a port from 1 to 65535"],
    [
      { address: "redis:65536" },
      "sessionStorage.address must be a host and a port from 1 to 65535",
    ],
    [{ address: "::1:6379" }, "sessionStorage.address must be a host and a port from 1 to 65535"],
    [
      { address: "redis://redis:6379" },
      "sessionStorage.address must be a host and a port from 1 to 65535",
    ],
    [
      { sentinel: { masterName: "m", addresses: ["a:1", "b"] } },
      "sessionStorage.sentinel.addresses[1] must be a host and a port from 1 to 65535",
    ],
    [
      { url: "redis://" },
      "sessionStorage.url must look like redis://host:6379 or rediss://host:6379/0",
    ],
    [
      { url: "redis://:secret@redis" },
      "sessionStorage.url must not hold a password, as the file may be read by others",
    ],
    [{ url: "redis://redis?a=b" }, "sessionStorage.url must have nothing after ? or #"],
    [
      { url: "redis://redis/2", db: 1 },
      "sessionStorage.db is not the database that the url names; keep one of them",
    ],
    [{ address: "a:1", keyPrefix: "a" }, "sessionStorage.keyPrefix must end with a colon"],
    [
      { cluster: { addresses: ["a:1"] }, db: 1 },
      "sessionStorage.db must be 0: a Redis Cluster has no other database",
    ],
    [
      { address: "a:1", tls: { keyPath: "/k" } },
      "sessionStorage.tls must have both certificatePath and keyPath, or neither of them",
    ],
  ])("%j: %s", (more, problem) => {
    expect(errorsIn(redis(more))).toEqual([problem]);
  });

  test("a URL with a password is told where that belongs, and not repeated", () => {
    const [problem] = told(redis({ url: "redis://u:canary@redis" }));
    expect(problem?.hint).toContain("THV_SESSION_REDIS_PASSWORD");
    expect(JSON.stringify(problem)).not.toContain("canary");
  });
});

test("users without a password are told of, as most have one", () => {
  const storage = redis({
    username: "u",
    sentinel: { masterName: "m", addresses: ["a:1"], username: "s" },
  });
  const warned = (env: Record<string, string>): string[] =>
    told(storage, env).map(({ path }) => pathText(path));
  expect(warned({})).toEqual(["sessionStorage.username", "sessionStorage.sentinel.username"]);
  const env = { THV_SESSION_REDIS_PASSWORD: "a", THV_SESSION_REDIS_SENTINEL_PASSWORD: "b" };
  expect(warned(env)).toEqual([]);
});

test("what is for Redis does nothing in memory, and is told of", () => {
  const findings = told({ provider: "memory", address: "a:1", db: 1 });
  expect(findings.map(({ severity, path }) => [severity, pathText(path)])).toEqual([
    ["warning", "sessionStorage.address"],
    ["warning", "sessionStorage.db"],
  ]);
  expect(told({ provider: "memory" })).toEqual([]);
});

describe("sessions", () => {
  test.each([
    ["0s", "sessionStorage.ttl must be at least 1s"],
    ["200ms", "sessionStorage.ttl must be at least 1s"],
  ])("do not live for %s, wherever they are kept", (ttl, problem) => {
    expect(errorsIn({ provider: "memory", ttl })).toEqual([problem]);
    expect(errorsIn(redis({ address: "a:1", ttl }))).toEqual([problem]);
  });

  test("live for any other time, also in memory", () => {
    expect(told({ provider: "memory", ttl: "1s" })).toEqual([]);
    expect(told(redis({ address: "a:1", ttl: "30m" }))).toEqual([]);
  });

  test("that are kept in memory have no use for what is about Redis, which is said", () => {
    const storage: Storage = {
      provider: "memory",
      cache: { maxEntries: 1_000 },
      onStoreFailure: "local",
    };
    expect(told(storage).map(({ severity, path }) => `${severity} ${pathText(path)}`)).toEqual([
      "warning sessionStorage.cache",
      "warning sessionStorage.onStoreFailure",
    ]);
  });
});
