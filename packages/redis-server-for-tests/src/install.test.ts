import { expect, test } from "vitest";
import { installPlan } from "./install.ts";

const all = ["redis-server", "redis-sentinel", "redis-cli", "openssl"];

test("nothing is installed where everything is found", () => {
  expect(installPlan({ found: new Set(all), isRoot: true })).toEqual({ kind: "nothing-missing" });
});

test("root installs with apt-get, others by sudo that never asks for a password", () => {
  const root = installPlan({ found: new Set(["apt-get"]), isRoot: true });
  expect(root).toMatchObject({ kind: "run", script: expect.not.stringContaining("sudo") });
  const user = installPlan({ found: new Set(["apt-get", "sudo"]), isRoot: false });
  expect(user).toMatchObject({ kind: "run", script: expect.stringMatching(/^sudo -n /) });
});

test("one missing program is reason enough", () => {
  const found = new Set([...all.slice(1), "brew"]);
  expect(installPlan({ found, isRoot: false })).toMatchObject({
    kind: "run",
    script: "brew install --quiet redis",
  });
});

test("where no package manager may be used, the sentence names what is missing", () => {
  const plan = installPlan({ found: new Set(["apt-get", "redis-server"]), isRoot: false });
  expect(plan).toMatchObject({
    kind: "impossible",
    reason: expect.stringMatching(/redis-sentinel, redis-cli, openssl.*install Redis 7/),
  });
});
