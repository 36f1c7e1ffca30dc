import type { Decision } from "@headgate/token-bucket";
import { expect, test } from "vitest";
import { compileLimits } from "../limits/compile-limits.ts";
import { createLog } from "./log.ts";
import { RefusalLog } from "./refusal-log.ts";

const BUCKET = { maxTokens: 10, refillPeriod: "1m" };
const LIMITS = compileLimits({ shared: BUCKET, rules: [{ name: "soft", bucket: BUCKET }] });
const REQUEST = { method: "tools/call", name: "t", backend: "b" };
const STATES = { states: [], retryAfterMicros: 1 };
const REFUSED: Decision = {
  ...STATES,
  allowed: false,
  reason: "limit",
  refusedBy: [0],
  auditRefusedBy: [],
};
const AUDITED: Decision = { ...STATES, allowed: true, auditRefusedBy: [1] };
const ALLOWED: Decision = { ...STATES, allowed: true, auditRefusedBy: [] };

function rig() {
  const lines: Record<string, unknown>[] = [];
  let nowMs = 0;
  const log = createLog({
    level: "info",
    format: "json",
    destination: {
      write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    },
  });
  const refusals = new RefusalLog(log, () => nowMs);
  const decided = (decision: Decision, request = REQUEST): void =>
    refusals.decided(request, LIMITS, decision);
  return { lines, decided, pass: (ms: number) => void (nowMs += ms) };
}

test("a refusal is written of with its limit, and what passes is not", () => {
  const { lines, decided } = rig();
  decided(ALLOWED);
  decided(REFUSED);
  expect(lines).toMatchObject([
    {
      limit: "shared",
      method: "tools/call",
      name: "t",
      "rate_limit.decision": "rejected",
      "rate_limit.rejected_by": "shared_server",
      msg: "a limit refused a request",
    },
  ]);
});

test("one that an audited limit would have made is marked", () => {
  const { lines, decided } = rig();
  decided(AUDITED);
  expect(lines).toMatchObject([
    {
      limit: "soft",
      audit: true,
      "rate_limit.decision": "audit_rejected",
      msg: "an audited limit would have refused a request",
    },
  ]);
});

test("many refusals make one line in ten seconds for each limit, which says how many there were", () => {
  const { lines, decided, pass } = rig();
  for (let n = 0; n < 100; n++) decided(REFUSED);
  decided(AUDITED);
  pass(9_999);
  decided(REFUSED);
  expect(lines).toHaveLength(2);
  pass(1);
  decided(REFUSED);
  expect(lines.map(({ limit, unsaid }) => [limit, unsaid])).toEqual([
    ["shared", 0],
    ["soft", 0],
    ["shared", 100],
  ]);
});

test("the URI of a resource is nobody's business", () => {
  const { lines, decided } = rig();
  decided(REFUSED, { method: "resources/read", name: "file:///secret", backend: "b" });
  expect(JSON.stringify(lines)).not.toContain("secret");
});
