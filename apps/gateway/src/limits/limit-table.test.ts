import type { RateLimitConfig } from "@headgate/ratelimit-types";
import { expect, test } from "vitest";
import { ANONYMOUS, type Caller } from "../identity/caller.ts";
import { compileLimits } from "./compile-limits.ts";
import { LimitTable } from "./limit-table.ts";
import type { LimitedRequest } from "./limit.ts";

const BUCKET = { maxTokens: 10, refillPeriod: "1m" };
const ALICE: Caller = { kind: "user", userKey: "a".repeat(22) };
const BOB: Caller = { kind: "user", userKey: "b".repeat(22) };

function tableOf(config: RateLimitConfig): LimitTable {
  return new LimitTable(compileLimits(config));
}

function call(name: string, backend = "b"): LimitedRequest {
  return { method: "tools/call", name, backend };
}

function namesOf(table: LimitTable, request: LimitedRequest, caller = ALICE): string[] {
  return table.find(request, caller)?.limits.map(({ name }) => name) ?? [];
}

test("a call meets the limits over all tools, and those of its own", () => {
  const table = tableOf({
    shared: BUCKET,
    perUser: BUCKET,
    tools: [{ name: "t", shared: BUCKET, perUser: BUCKET }],
  });
  expect(namesOf(table, call("t"))).toEqual(["shared", "tool", "perUser", "perUserTool"]);
  expect(namesOf(table, call("u"))).toEqual(["shared", "perUser"]);
  expect(namesOf(table, { method: "prompts/get", name: "t", backend: "b" })).toEqual([]);
});

test("the name of a tool is no pattern", () => {
  const table = tableOf({ tools: [{ name: "t*", shared: BUCKET }] });
  expect([namesOf(table, call("t*")), namesOf(table, call("tt"))]).toEqual([["tool"], []]);
});

test("each user has buckets of their own, the same ones at each call", () => {
  const table = tableOf({ shared: BUCKET, perUser: BUCKET });
  const [alice, bob] = [table.find(call("t"), ALICE), table.find(call("t"), BOB)];
  expect(alice?.buckets[0]).toBe(bob?.buckets[0]);
  expect(alice?.buckets[1]?.owner).toBe(ALICE.userKey);
  expect(alice?.buckets[1]?.id).not.toBe(bob?.buckets[1]?.id);
  expect(table.find(call("u"), ALICE)).toBe(alice);
});

test("a caller who is nobody meets no limit per user, and is in nobody's bucket", () => {
  const table = tableOf({ shared: BUCKET, perUser: BUCKET });
  expect(namesOf(table, call("t"), ANONYMOUS)).toEqual(["shared"]);
  expect(tableOf({ perUser: BUCKET }).find(call("t"), ANONYMOUS)).toBeUndefined();
});

test("a request that no limit is over finds none, so that nothing is asked", () => {
  const table = tableOf({ tools: [{ name: "t", shared: BUCKET }] });
  expect(table.find(call("u"), ALICE)).toBeUndefined();
  expect(table.find({ method: "tools/list" }, ALICE)).toBeUndefined();
  expect(new LimitTable([]).find(call("t"), ALICE)).toBeUndefined();
});

test("what a rule gives to match must match all together", () => {
  const table = tableOf({
    rules: [
      { name: "all-calls", bucket: BUCKET },
      {
        name: "some",
        match: {
          operations: ["tools/call", "resources/read"],
          names: ["a_*", "file:*"],
          backends: ["a", "c"],
        },
        bucket: BUCKET,
      },
      { name: "lists", match: { operations: ["tools/list", "prompts/list"] }, bucket: BUCKET },
    ],
  });
  expect(namesOf(table, call("a_x", "a"))).toEqual(["all-calls", "some"]);
  expect(namesOf(table, call("a_x", "b"))).toEqual(["all-calls"]);
  expect(namesOf(table, call("b_x", "a"))).toEqual(["all-calls"]);
  const read = { method: "resources/read", name: "file:///x", backend: "c" };
  expect(namesOf(table, read)).toEqual(["some"]);
  expect(namesOf(table, { ...read, backend: "b" })).toEqual([]);
  expect(namesOf(table, { method: "tools/list" })).toEqual(["lists"]);
  expect(namesOf(table, { method: "resources/list" })).toEqual([]);
});

test("names nobody configured leave nothing behind that grows", () => {
  const table = tableOf({ shared: BUCKET, tools: [{ name: "t", shared: BUCKET }] });
  const known = table.find(call("name-0"), ANONYMOUS);
  for (let n = 0; n < 5_000; n++) expect(table.find(call(`name-${n}`), ANONYMOUS)).toBe(known);
  expect(namesOf(table, call("t".repeat(10_000)))).toEqual(["shared"]);
});
