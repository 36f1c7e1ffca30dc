import { expect, test } from "vitest";
import { flagsFrom } from "./flags.ts";
import { settingsFrom } from "./settings.ts";

test("an empty environment means the whole cluster, by the account of the Pod", () => {
  expect(settingsFrom({})).toMatchObject({
    namespace: "default",
    watchNamespaces: undefined,
    kubeConfig: undefined,
    imagePullSecrets: [],
    defaultRedis: undefined,
    openShift: false,
  });
});

test("lists are separated by commas, with room around them", () => {
  const settings = settingsFrom({
    WATCH_NAMESPACE: "a, b,",
    TOOLHIVE_DEFAULT_IMAGE_PULL_SECRETS: "one,two",
  });
  expect(settings.watchNamespaces).toEqual(["a", "b"]);
  expect(settings.imagePullSecrets).toEqual(["one", "two"]);
});

test("a Redis for everybody has a password only where a Secret is named", () => {
  const env = { TOOLHIVE_DEFAULT_REDIS_ADDR: "redis:6379" };
  expect(settingsFrom(env).defaultRedis).toEqual({ address: "redis:6379" });
  expect(
    settingsFrom({ ...env, TOOLHIVE_DEFAULT_REDIS_SECRET_NAME: "redis" }).defaultRedis,
  ).toEqual({ address: "redis:6379", passwordRef: { name: "redis", key: "redis-password" } });
});

test("flags have the form that other operators have", () => {
  expect(flagsFrom([])).toEqual({
    ok: true,
    flags: {
      leaderElect: true,
      metricsAddress: { host: "", port: 8080 },
      healthAddress: { host: "", port: 8081 },
    },
  });
  expect(
    flagsFrom([
      "--leader-elect",
      "--metrics-bind-address=0",
      "--health-probe-bind-address=[::1]:9",
    ]),
  ).toEqual({
    ok: true,
    flags: {
      leaderElect: true,
      metricsAddress: undefined,
      healthAddress: { host: "::1", port: 9 },
    },
  });
});

test.each([
  ["--leader-elect=maybe", "must be true or false"],
  ["--metrics-bind-address=here", "is not an address"],
  ["--unknown", "--unknown"],
])("%s is refused", (flag, problem) => {
  const parsed = flagsFrom([flag]);
  expect(!parsed.ok && parsed.problem).toContain(problem);
});
