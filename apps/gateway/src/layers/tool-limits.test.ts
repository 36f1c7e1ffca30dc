import { expect, test } from "vitest";
import { compileToolLimits } from "./tool-limits.ts";

const BUCKET = { maxTokens: 10, refillPeriod: "1m" };
const OWN = { maxTokens: 2, refillPeriod: "1s" };

test("every tool draws from the shared bucket, and one with a limit of its own from that too", () => {
  const { limitsOf } = compileToolLimits({ shared: BUCKET, tools: [{ name: "t", shared: OWN }] });
  expect(limitsOf("t").limits.map(({ name }) => name)).toEqual(["shared", "shared:tool:t"]);
  expect(limitsOf("u").limits.map(({ name }) => name)).toEqual(["shared"]);
});

test("capacity and period are those of the configuration", () => {
  const { limits } = compileToolLimits({ tools: [{ name: "t", shared: OWN }] });
  expect(limits).toMatchObject([
    { operation: "tool", tool: "t", bucket: { capacity: 2, periodMicros: 1_000_000 } },
  ]);
});

test("a tool without any limit has none", () => {
  const { limitsOf } = compileToolLimits({ tools: [{ name: "t", shared: OWN }] });
  expect(limitsOf("u")).toEqual({ limits: [], buckets: [] });
});

test("a tool that is named like the shared limit has a bucket of its own", () => {
  const { limits } = compileToolLimits({
    shared: BUCKET,
    tools: ["shared", "tool:shared", "__proto__"].map((name) => ({ name, shared: BUCKET })),
  });
  expect(new Set(limits.map(({ bucket }) => bucket.id)).size).toBe(4);
});

test("the same set is answered for each call, so that nothing is made per call", () => {
  const { limitsOf } = compileToolLimits({ shared: BUCKET });
  expect(limitsOf("t")).toBe(limitsOf("u"));
});
