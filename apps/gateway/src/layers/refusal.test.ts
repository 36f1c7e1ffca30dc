import { defineBucket, type Refused } from "@headgate/token-bucket";
import { expect, test } from "vitest";
import { callOf } from "../../test/reply-probe.ts";
import { request } from "../../test/request-text.ts";
import { refusalOf } from "./refusal.ts";
import type { Limit } from "./tool-limits.ts";

const LIMIT: Limit = {
  name: "shared",
  operation: "server",
  tool: undefined,
  bucket: defineBucket({ key: "shared", capacity: 4, periodMicros: 4_000_000 }),
};

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

test("any method but a tool call is refused with an error of code 429", () => {
  const { text, headers } = refusalOf(
    callOf(request("prompts/get", "{}", "7.0")),
    [LIMIT],
    refused(),
  );
  expect(text).toBe(
    '{"jsonrpc":"2.0","id":7.0,"error":{"code":429,"message":"Rate limit exceeded","data":{"retryAfterSeconds":2,"retryAfterMs":1001}}}',
  );
  expect(headers).toMatchObject({ "retry-after": "2" });
});

test("a wait of less than a second is a second in whole seconds", () => {
  const call = callOf(request("tools/call", "{}"));
  const { text, headers } = refusalOf(call, [LIMIT], refused({ retryAfterMicros: 1 }));
  expect(text).toContain('"data":{"retryAfterSeconds":1,"retryAfterMs":1}');
  expect(text).toContain("Wait 1 second, then");
  expect(headers["retry-after"]).toBe("1");
});

test("a call that no wait lets through is not told to wait", () => {
  const call = callOf(request("tools/call", "{}"));
  const { text, headers } = refusalOf(call, [LIMIT], refused({ retryAfterMicros: undefined }));
  expect(text).toContain("would never be let through");
  expect(headers).not.toHaveProperty("retry-after");
});
