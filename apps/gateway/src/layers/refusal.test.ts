import { defineBucket, type Refused } from "@headgate/token-bucket";
import { describe, expect, test } from "vitest";
import { compileLimits } from "../limits/compile-limits.ts";
import type { LimitSet } from "../limits/limit-table.ts";
import { refusalOf, type RefusalForm } from "./refusal.ts";

const LIMITS = compileLimits({ shared: { maxTokens: 4, refillPeriod: "4s" } });
const SET: LimitSet = {
  limits: LIMITS,
  buckets: [defineBucket({ key: "shared", capacity: 4, periodMicros: 4_000_000 })],
};
const FORM: RefusalForm = { rejection: "result", exposeQuota: false };
const TOOL_CALL = { id: "1", method: "tools/call" };

function refused(rest: Partial<Refused> = {}): Refused {
  return {
    allowed: false,
    reason: "limit",
    refusedBy: [0],
    retryAfterMicros: 1_000_001,
    states: [{ remaining: 0, nextUnitMicros: 1_000_001, resetMicros: 4_000_000 }],
    auditRefusedBy: [],
    ...rest,
  };
}

function refusal(request = TOOL_CALL, why = refused(), form: Partial<RefusalForm> = {}) {
  return refusalOf(request, why, SET, { ...FORM, ...form });
}

const ERROR =
  '{"jsonrpc":"2.0","id":7.0,"error":{"code":429,"message":"Rate limit exceeded","data":{"retryAfterSeconds":2,"retryAfterMs":1001}}}';

describe("as a result", () => {
  test("any method but a tool call is refused with an error of code 429", () => {
    const { text, headers, httpStatus } = refusal({ id: "7.0", method: "prompts/get" });
    expect([text, httpStatus]).toEqual([ERROR, 200]);
    expect(headers).toMatchObject({ "retry-after": "2" });
  });

  test("a wait of less than a second is a second in whole seconds", () => {
    const { text, headers } = refusal(TOOL_CALL, refused({ retryAfterMicros: 1 }));
    expect(text).toContain('"data":{"retryAfterSeconds":1,"retryAfterMs":1}');
    expect(text).toContain("Wait 1 second, then");
    expect(headers["retry-after"]).toBe("1");
  });

  test("a call that no wait lets through is not told to wait", () => {
    const { text, headers } = refusal(TOOL_CALL, refused({ retryAfterMicros: undefined }));
    expect(text).toContain("would never be let through");
    expect(headers).not.toHaveProperty("retry-after");
  });
});

test("a store that tells no more than the wait is enough for the headers", () => {
  const { headers } = refusal(TOOL_CALL, refused({ states: [], source: "deny-cache" }));
  expect(headers).toEqual({
    "ratelimit-policy": '"shared";q=4;w=4',
    ratelimit: '"shared";r=0;t=2',
    "retry-after": "2",
    "cache-control": "no-store",
  });
});

describe("as an error", () => {
  test("a tool call gets what every method gets, in HTTP 200", () => {
    const given = refusal({ ...TOOL_CALL, id: "7.0" }, refused(), { rejection: "error" });
    expect(given).toMatchObject({ text: ERROR, httpStatus: 200, code: "rate-limited" });
  });

  test("with HTTP status 429 it is the same error", () => {
    const given = refusal({ ...TOOL_CALL, id: "7.0" }, refused(), { rejection: "http429" });
    expect(given).toMatchObject({ text: ERROR, httpStatus: 429, code: "rate-limited" });
    expect(given.headers).toMatchObject({ "retry-after": "2", "cache-control": "no-store" });
  });
});

describe("with the quota to be seen", () => {
  const quota = [{ limit: "shared", remaining: 0, resetMs: 4_000 }];

  test("a result has it in _meta, and the facts stay as they are", () => {
    const { text } = refusal(TOOL_CALL, refused(), { exposeQuota: true });
    const { result } = JSON.parse(text) as { result: Record<string, unknown> };
    expect(result["_meta"]).toEqual({ "io.headgate/quota": quota });
    expect(result["structuredContent"]).toMatchObject({
      data: { retryAfterSeconds: 2, retryAfterMs: 1_001 },
    });
  });

  test("an error has it in its data", () => {
    const { text } = refusal(TOOL_CALL, refused(), { exposeQuota: true, rejection: "error" });
    const { error } = JSON.parse(text) as { error: { data: Record<string, unknown> } };
    expect(error.data["io.headgate/quota"]).toEqual(quota);
  });
});

describe("when the store is lost and a limit is closed without it", () => {
  const lost = refused({ reason: "store-lost", retryAfterMicros: 250_000, states: [] });

  test.each(["result", "error", "http429"] as const)(
    "a refusal is an error 503 that says when to come back (%s)",
    (rejection) => {
      const { text, httpStatus, headers, code } = refusal(TOOL_CALL, lost, { rejection });
      const { error } = JSON.parse(text) as { error: { code: number; data: unknown } };
      expect([error.code, httpStatus, code]).toEqual([503, 503, "limits-unavailable"]);
      expect(error.data).toEqual({ retryAfterSeconds: 1, retryAfterMs: 250 });
      expect(headers).toEqual({ "retry-after": "1", "cache-control": "no-store" });
    },
  );

  test("and nobody knows for how long, it says five seconds", () => {
    const { headers } = refusal(TOOL_CALL, { ...lost, retryAfterMicros: undefined });
    expect(headers["retry-after"]).toBe("5");
  });
});
