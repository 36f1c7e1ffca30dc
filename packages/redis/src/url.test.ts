import { expect, test } from "vitest";
import { RedisError } from "./error.ts";
import { redisOptionsFromUrl } from "./url.ts";

test("a bare URL names a server and nothing else", () => {
  expect(redisOptionsFromUrl("redis://cache.example")).toEqual({
    topology: { kind: "single", host: "cache.example", port: 6379 },
    db: 0,
  });
});

test("user, password, port, database and TLS are read, and decoded", () => {
  expect(redisOptionsFromUrl("rediss://app:p%40ss%2Fword@[::1]:7000/3")).toEqual({
    topology: { kind: "single", host: "::1", port: 7000 },
    db: 3,
    username: "app",
    password: "p@ss/word",
    tls: {},
  });
  expect(redisOptionsFromUrl("redis://:secret@h")).toMatchObject({ password: "secret" });
});

test.each([
  "http://:secret@h:1",
  "redis://:secret@h:99999",
  "redis://:secret@h/x",
  "redis://:secret@h/0?tls=no",
  "redis://:secret%zz@h",
  "secret",
  "redis://",
])("%s is refused without being repeated", (url) => {
  const read = () => redisOptionsFromUrl(url);
  expect(read).toThrow(RedisError);
  expect(read).not.toThrow(/secret/);
});
