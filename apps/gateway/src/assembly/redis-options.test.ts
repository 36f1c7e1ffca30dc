import { SessionStorage } from "@headgate/api";
import { expect, test } from "vitest";
import { redisOptionsOf } from "./redis-options.ts";

function optionsOf(storage: object, env: Record<string, string> = {}) {
  return redisOptionsOf(SessionStorage.parse({ provider: "redis", ...storage }), {
    env,
    readText: (path) => `text of ${path}`,
  });
}

const PASSWORDS = {
  THV_SESSION_REDIS_PASSWORD: "of redis",
  THV_SESSION_REDIS_SENTINEL_PASSWORD: "of sentinel",
};

test("an address is one server, with the password of the environment", () => {
  expect(optionsOf({ address: "redis:6379", db: 3, username: "u" }, PASSWORDS)).toEqual({
    topology: { kind: "single", host: "redis", port: 6379 },
    db: 3,
    username: "u",
    password: "of redis",
  });
});

test("an IPv6 address loses its brackets", () => {
  expect(optionsOf({ address: "[::1]:6379" }).topology).toMatchObject({ host: "::1" });
});

test("a URL says what it says, and the configuration what it does not", () => {
  expect(optionsOf({ url: "rediss://reader@redis:6380/2" }, PASSWORDS)).toEqual({
    topology: { kind: "single", host: "redis", port: 6380 },
    db: 2,
    username: "reader",
    password: "of redis",
    tls: {},
  });
  expect(optionsOf({ url: "redis://redis", db: 4, tls: { serverName: "n" } })).toMatchObject({
    db: 4,
    tls: { serverName: "n" },
  });
});

test("sentinels have a user and a password of their own, and the same certificates", () => {
  const tls = { caBundlePath: "/ca", certificatePath: "/cert", keyPath: "/key" };
  const sentinel = { masterName: "m", addresses: ["a:1", "b:2"], username: "watcher" };
  const texts = { ca: "text of /ca", cert: "text of /cert", key: "text of /key" };
  expect(optionsOf({ sentinel, tls }, PASSWORDS)).toMatchObject({
    topology: {
      kind: "sentinel",
      masterName: "m",
      sentinels: [
        { host: "a", port: 1 },
        { host: "b", port: 2 },
      ],
      username: "watcher",
      password: "of sentinel",
      tls: texts,
    },
    password: "of redis",
    tls: texts,
  });
});

test("a cluster is known by some of its nodes", () => {
  expect(optionsOf({ cluster: { addresses: ["a:1"] } })).toEqual({
    topology: { kind: "cluster", nodes: [{ host: "a", port: 1 }] },
    db: 0,
  });
});

test("an empty password is none", () => {
  expect(optionsOf({ address: "a:1" }, { THV_SESSION_REDIS_PASSWORD: "" })).not.toHaveProperty(
    "password",
  );
});
