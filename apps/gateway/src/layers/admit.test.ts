import { expect, test } from "vitest";
import { callOf } from "../../test/reply-probe.ts";
import { request } from "../../test/request-text.ts";
import { BackendHealth } from "../backends/health.ts";
import { GatewayError } from "../rpc/errors.ts";
import { admit } from "./admit.ts";

function healthOf(backend: string): BackendHealth {
  return new BackendHealth({
    backend,
    unhealthyThreshold: 3,
    breaker: undefined,
    now: () => 0,
    changed: () => undefined,
  });
}

test("a call to a backend that cannot be reached fails at once and goes no further; others pass", () => {
  const health = new Map(["a", "b"].map((name) => [name, healthOf(name)]));
  health.get("a")?.unreachable(new GatewayError("backend-unavailable", "The backend a is away."));
  const through: string[] = [];
  const handler = admit(health)((call) => through.push(call.target.backend));
  const [refused, passed] = ["a", "b"].map((backend) => {
    const call = callOf(request("tools/call", "{}"), { backend });
    handler(call);
    return call.reply;
  });
  expect(through).toEqual(["b"]);
  expect(refused?.error).toMatchObject({ code: "backend-unavailable", data: { backend: "a" } });
  expect(refused?.error?.message).toContain("The backend a is away.");
  expect(passed?.error).toBeUndefined();
});

test("a backend of which nothing is known is tried", () => {
  const through: string[] = [];
  admit(new Map())((call) => through.push(call.target.backend))(
    callOf(request("tools/call", "{}")),
  );
  expect(through).toEqual(["a"]);
});
