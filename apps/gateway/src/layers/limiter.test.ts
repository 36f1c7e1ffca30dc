import type { RateLimitConfig } from "@headgate/ratelimit-types";
import { memoryStore } from "@headgate/token-bucket";
import { describe, expect, test } from "vitest";
import { ANONYMOUS, type Caller } from "../identity/caller.ts";
import { LiveLimits } from "../limits/live-limits.ts";
import { Limiter, type DecisionReport, type Verdict } from "./limiter.ts";

const ALICE: Caller = { kind: "user", userKey: "a".repeat(22) };
const BOB: Caller = { kind: "user", userKey: "b".repeat(22) };
const HOUR = "1h";

function rig(config: RateLimitConfig, { tellsWhatIsLeft = true } = {}) {
  let nowMicros = 1_000_000_000;
  const reports: DecisionReport[] = [];
  const limits = new LiveLimits(config);
  const store = memoryStore({ now: () => nowMicros });
  const limiter = new Limiter({
    store,
    tellsWhatIsLeft,
    limits,
    now: () => 0,
    decided: (report) => reports.push(report),
  });
  const decide = (method: string, name?: string, caller = ANONYMOUS): Verdict | undefined =>
    limiter.decide({ id: "1", method, name, backend: "b" }, caller) as Verdict | undefined;
  const passes = (method: string, name?: string, caller?: Caller): boolean =>
    decide(method, name, caller)?.passes ?? true;
  const call = (caller?: Caller): boolean => passes("tools/call", "t", caller);
  return {
    decide,
    passes,
    call,
    limits,
    store,
    reports,
    pass: (us: number) => void (nowMicros += us),
  };
}

function additionOf(verdict: Verdict | undefined) {
  return verdict?.passes ? verdict.addition : undefined;
}

describe("limits per user", () => {
  test("count each user apart, and nobody who is nobody", () => {
    const { call } = rig({ perUser: { maxTokens: 1, refillPeriod: HOUR } });
    expect([call(ALICE), call(ALICE), call(BOB), call(), call()]).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
  });

  test("that refuse leave what all share as it is", () => {
    const { call } = rig({
      shared: { maxTokens: 2, refillPeriod: HOUR },
      perUser: { maxTokens: 1, refillPeriod: HOUR },
    });
    expect([call(ALICE), call(ALICE), call(ALICE), call(BOB), call(BOB)]).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });
});

describe("a rule", () => {
  test("is over the methods that it names, in one bucket", () => {
    const { passes } = rig({
      rules: [
        {
          name: "reads",
          match: { operations: ["resources/read", "tools/list"] },
          bucket: { maxTokens: 2, refillPeriod: HOUR },
        },
      ],
    });
    expect([
      passes("resources/read", "a://1"),
      passes("tools/call", "t"),
      passes("tools/list"),
      passes("resources/read", "a://2"),
      passes("tools/list"),
    ]).toEqual([true, true, true, false, false]);
  });

  test("takes what a request costs", () => {
    const { call, reports } = rig({
      rules: [{ name: "dear", bucket: { maxTokens: 7, refillPeriod: HOUR }, cost: 3 }],
    });
    expect([call(), call(), call()]).toEqual([true, true, false]);
    expect(reports[1]?.decision.states[0]?.remaining).toBe(1);
  });

  test("that is audited lets every call through, says which it would not have, and owes no more for them", () => {
    const { call, reports, pass } = rig({
      rules: [
        { name: "soft", bucket: { maxTokens: 1, refillPeriod: "10s" }, mode: "Audit" },
        { name: "hard", bucket: { maxTokens: 3, refillPeriod: HOUR } },
      ],
    });
    expect([call(), call(), call(), call()]).toEqual([true, true, true, false]);
    expect(reports.map(({ decision }) => decision.auditRefusedBy)).toEqual([[], [0], [0], [0]]);
    pass(10_000_000);
    call();
    expect(reports.at(-1)?.decision.auditRefusedBy).toEqual([]);
  });
});

test("the whole block can be audited", () => {
  const { call, reports } = rig({ mode: "Audit", shared: { maxTokens: 1, refillPeriod: HOUR } });
  expect([call(), call()]).toEqual([true, true]);
  expect(reports[1]?.decision.auditRefusedBy).toEqual([0]);
});

describe("what is left", () => {
  test("is told in headers once less than a fifth is, and not before", () => {
    const { decide } = rig({ shared: { maxTokens: 10, refillPeriod: "100s" } });
    const seen = Array.from({ length: 10 }, () => additionOf(decide("tools/call", "t")));
    expect(seen.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => undefined));
    expect(seen[8]).toEqual({
      headers: { "ratelimit-policy": '"shared";q=10;w=100', ratelimit: '"shared";r=1;t=10' },
      meta: undefined,
    });
    expect(seen[9]?.headers["ratelimit"]).toBe('"shared";r=0;t=10');
  });

  test("is not asked of a store that has to work for it, unless quotas are to be seen", () => {
    const shared = { maxTokens: 1, refillPeriod: "10s" };
    const dear = { tellsWhatIsLeft: false };
    const unseen = rig({ shared }, dear);
    expect(additionOf(unseen.decide("tools/call", "t"))).toBeUndefined();
    const verdict = unseen.decide("tools/call", "t");
    expect(verdict?.passes === false && verdict.refusal.headers).toMatchObject({
      "ratelimit-policy": '"shared";q=1;w=10',
      ratelimit: '"shared";r=0;t=10',
    });
    const seen = rig({ shared, exposeQuota: true }, dear);
    expect(additionOf(seen.decide("tools/call", "t"))?.meta).toBeDefined();
  });

  test("is told in calls, where one costs more than one token", () => {
    const { decide } = rig({
      rules: [{ name: "dear", bucket: { maxTokens: 10, refillPeriod: "10s" }, cost: 4 }],
    });
    decide("tools/call", "t");
    const addition = additionOf(decide("tools/call", "t"));
    // Two tokens are left of the four that the next call takes.
    expect(addition?.headers).toEqual({
      "ratelimit-policy": '"dear";q=2;w=10',
      ratelimit: '"dear";r=0;t=2',
    });
  });

  test("is told of every limit in _meta when quotas are to be seen, but of audited ones", () => {
    const { decide } = rig({
      exposeQuota: true,
      shared: { maxTokens: 10, refillPeriod: "100s" },
      perUser: { maxTokens: 4, refillPeriod: "4s" },
      rules: [{ name: "soft", mode: "Audit", bucket: { maxTokens: 9, refillPeriod: "9s" } }],
    });
    const addition = additionOf(decide("tools/call", "t", ALICE));
    expect(addition?.headers).toEqual({});
    const [key = "", json = ""] = addition?.meta ?? [];
    expect([key, JSON.parse(json)]).toEqual([
      "io.headgate/quota",
      [
        { limit: "shared", remaining: 9, resetMs: 10_000 },
        { limit: "perUser", remaining: 3, resetMs: 1_000 },
      ],
    ]);
  });
});

describe("changed limits", () => {
  test("are in force from the next request on, and those that stay keep their debt", () => {
    const shared = { maxTokens: 1, refillPeriod: HOUR };
    const { call, limits } = rig({ shared });
    expect([call(), call()]).toEqual([true, false]);
    limits.change({
      shared,
      rules: [{ name: "new", bucket: { maxTokens: 5, refillPeriod: HOUR } }],
    });
    expect(call()).toBe(false);
    limits.change({ shared: { maxTokens: 2, refillPeriod: HOUR } });
    expect([call(), call(), call()]).toEqual([true, true, false]);
    limits.change(undefined);
    expect(call()).toBe(true);
    limits.change({ shared });
    expect(call()).toBe(false);
  });
});
