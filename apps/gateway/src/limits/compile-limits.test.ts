import type { RateLimitConfig } from "@headgate/ratelimit-types";
import { expect, test } from "vitest";
import { compileLimits } from "./compile-limits.ts";
import { bucketKind } from "./limit.ts";

const BUCKET = { maxTokens: 10, refillPeriod: "1m" };
const OWN = { maxTokens: 2, refillPeriod: "1s" };

const EVERYTHING: RateLimitConfig = {
  rules: [
    { name: "reads", match: { operations: ["resources/read"] }, bucket: BUCKET, cost: 2 },
    { name: "mine", per: ["user"], bucket: OWN, mode: "Enforce", onStoreFailure: "closed" },
  ],
  tools: [
    { name: "a", shared: OWN, perUser: OWN },
    { name: "b", perUser: BUCKET },
  ],
  perUser: BUCKET,
  shared: BUCKET,
};

test("limits stand in the order of the reference, and rules come last", () => {
  const limits = compileLimits(EVERYTHING);
  expect(limits.map((limit) => [limit.name, limit.match.globs, bucketKind(limit)])).toEqual([
    ["shared", undefined, "shared_server"],
    ["tool", ["a"], "shared_tool"],
    ["perUser", undefined, "per_user_server"],
    ["perUserTool", ["a"], "per_user_tool"],
    ["perUserTool", ["b"], "per_user_tool"],
    ["reads", undefined, "shared_rule"],
    ["mine", undefined, "per_user_rule"],
  ]);
});

test("capacity, period and cost are those of the configuration", () => {
  const [, , reads] = compileLimits({ ...EVERYTHING, tools: [], perUser: undefined });
  expect(reads ?? {}).toMatchObject({ name: "mine" });
  const [, rule] = compileLimits({ ...EVERYTHING, tools: [], perUser: undefined });
  expect(rule?.bucket).toMatchObject({ capacity: 10, periodMicros: 60_000_000, weight: 2 });
});

test("a rule says for itself what the block says for all the others", () => {
  const limits = compileLimits({ ...EVERYTHING, mode: "Audit", onStoreFailure: "open" });
  const policies = limits.map(({ name, bucket }) => [name, bucket.audit, bucket.onStoreFailure]);
  expect(policies.at(0)).toEqual(["shared", true, "open"]);
  expect(policies.at(-2)).toEqual(["reads", true, "open"]);
  expect(policies.at(-1)).toEqual(["mine", false, "closed"]);
});

test("without a word on either, limits are enforced, and by each process when the store is lost", () => {
  const [shared] = compileLimits({ shared: BUCKET });
  expect(shared?.bucket).toMatchObject({ audit: false, onStoreFailure: "local" });
});

test("no limit can be taken for another, whatever tools and rules are called", () => {
  const names = ["shared", "user", "tool:shared", "rule:shared", "__proto__"];
  const limits = compileLimits({
    shared: BUCKET,
    perUser: BUCKET,
    tools: names.map((name) => ({ name, shared: BUCKET, perUser: BUCKET })),
    rules: ["shared", "tool", "user"].map((name) => ({ name, bucket: BUCKET })),
  });
  expect(new Set(limits.map(({ bucket }) => bucket.id)).size).toBe(15);
});

test("a rule that is called like a limit of the reference has another name to callers", () => {
  const limits = compileLimits({
    shared: BUCKET,
    rules: [
      { name: "shared", bucket: BUCKET },
      { name: "tool", bucket: BUCKET },
      { name: "own", bucket: BUCKET },
    ],
  });
  expect(limits.map(({ name }) => name)).toEqual(["shared", "rule:shared", "rule:tool", "own"]);
});
