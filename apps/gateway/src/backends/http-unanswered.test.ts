import { describe, expect, test } from "vitest";
import { meansSessionLost, refusedError, unansweredError } from "./http-unanswered.ts";

describe("a session is lost", () => {
  test.each([
    [404, ""],
    [404, "<html>Not Found</html>"],
    [404, '{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}'],
    [
      400,
      '{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Server not initialized"},"id":null}',
    ],
    [400, '{"jsonrpc":"2.0","error":{"code":-32600,"message":"Missing session ID"},"id":"x"}'],
  ])("with HTTP %s and %s", (status, body) => {
    expect(meansSessionLost(status, body)).toBe(true);
  });

  test.each([
    [404, '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}'],
    [
      400,
      '{"jsonrpc":"2.0","id":1,"error":{"code": -32602,"message":"session_id must be a number"}}',
    ],
    [400, "Bad Request"],
    [401, "no session"],
    [500, "session store is away"],
  ])("but not with HTTP %s and %s", (status, body) => {
    expect(meansSessionLost(status, body)).toBe(false);
  });
});

test.each([
  [401, "backend-refused", "refused the gateway's credentials with HTTP 401"],
  [403, "backend-refused", "refused the gateway's credentials with HTTP 403"],
  [422, "backend-refused", "answered with HTTP 422"],
  [204, "backend-unavailable", "answered with HTTP 204"],
  [307, "backend-unavailable", "answered with HTTP 307"],
  [503, "backend-unavailable", "answered with HTTP 503"],
])("HTTP %s is %s", (status, code, what) => {
  expect(refusedError("b", status)).toMatchObject({ code, message: `The backend b ${what}.` });
});

test("a session that is lost twice is said to be", () => {
  expect(unansweredError("b", { why: "session-lost", status: 404 })).toMatchObject({
    code: "backend-lost-session",
  });
});
