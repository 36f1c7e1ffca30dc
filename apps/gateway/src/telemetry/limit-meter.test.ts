import type { Allowed, BucketState, Decision, Refused } from "@headgate/token-bucket";
import { describe, expect, test } from "vitest";
import { compileLimits } from "../limits/compile-limits.ts";
import { limitSpanAttributes } from "./limit-span.ts";
import { createMetrics, type Metrics } from "./metrics.ts";

const BUCKET = { maxTokens: 10, refillPeriod: "1m" };
const LIMITS = compileLimits({
  shared: BUCKET,
  perUser: BUCKET,
  tools: [{ name: "t", shared: BUCKET, perUser: BUCKET }],
  rules: [
    { name: "nights", bucket: BUCKET, mode: "Audit" },
    { name: "soft", bucket: BUCKET, onStoreFailure: "open" },
  ],
});

function metricsOf(): Metrics {
  return createMetrics({ server: "s", namespace: "n", version: "1", process: false });
}

async function linesOf(metrics: Metrics, name: string): Promise<string[]> {
  const lines = (await metrics.text()).split("\n");
  return lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length));
}

function states(remaining: number): BucketState[] {
  return LIMITS.map(() => ({ remaining, nextUnitMicros: 1, resetMicros: 1 }));
}

function allowed(more: Partial<Allowed> = {}): Decision {
  return { allowed: true, states: states(9), auditRefusedBy: [], ...more };
}

function refused(more: Partial<Refused> = {}): Decision {
  return {
    allowed: false,
    reason: "limit",
    refusedBy: [1, 3],
    retryAfterMicros: 1,
    states: states(0),
    auditRefusedBy: [],
    ...more,
  };
}

function measured(...decisions: Decision[]): Metrics {
  const metrics = metricsOf();
  for (const decision of decisions)
    metrics.limits.decided({ limits: LIMITS, decision, seconds: 0.000_02 });
  return metrics;
}

const REFERENCE = "toolhive_rate_limit_decisions_total";
const OWN = "headgate_rate_limit_decisions_total";

describe("under the reference's name", () => {
  test("each bucket of a request that passes counts", async () => {
    const lines = await linesOf(measured(allowed()), REFERENCE);
    const label = (scope: string, operation: string): string =>
      `{namespace="n",server="s",decision="allowed",scope="${scope}",operation_type="${operation}"}`;
    for (const line of [
      `${label("shared", "server")} 1`,
      `${label("shared", "tool")} 1`,
      `${label("per_user", "server")} 1`,
      `${label("per_user", "tool")} 1`,
      `${label("shared", "rule")} 2`,
    ])
      expect(lines).toContain(line);
  });

  test("the first refusing bucket of a refused request counts, and no other", async () => {
    const lines = await linesOf(measured(refused()), REFERENCE);
    expect(lines.filter((line) => !line.endsWith(" 0"))).toEqual([
      '{namespace="n",server="s",decision="rejected",scope="shared",operation_type="tool"} 1',
    ]);
  });

  test("a bucket that only would have refused counts as such, and the others as passed", async () => {
    const lines = await linesOf(measured(allowed({ auditRefusedBy: [4] })), REFERENCE);
    const rules = lines.filter((line) => line.includes('"rule"') && !line.endsWith(" 0"));
    expect(rules).toEqual([
      '{namespace="n",server="s",decision="allowed",scope="shared",operation_type="rule"} 1',
      '{namespace="n",server="s",decision="audit_rejected",scope="shared",operation_type="rule"} 1',
    ]);
  });

  test("the time of each decision is kept, and calls that pass because the store is lost", async () => {
    const metrics = measured(allowed(), allowed({ source: "local" }), refused({ source: "local" }));
    expect(await linesOf(metrics, "toolhive_rate_limit_check_latency_seconds_count")).toEqual([
      " 3",
    ]);
    expect(await linesOf(metrics, "toolhive_rate_limit_fail_open_total")).toEqual([" 1"]);
  });
});

describe("under our own name", () => {
  test("the longest time that a decision took is kept", async () => {
    const metrics = metricsOf();
    for (const seconds of [0.001, 0.0312, 0.002])
      metrics.limits.decided({ limits: LIMITS, decision: allowed(), seconds });
    expect(await linesOf(metrics, "headgate_rate_limit_longest_check_seconds")).toEqual([
      " 0.0312",
    ]);
  });

  test("a request counts once, by its outcome, the limit that made it, and who decided", async () => {
    const metrics = measured(
      allowed(),
      allowed({ source: "batch" }),
      refused({ source: "deny-cache" }),
      allowed({ auditRefusedBy: [4] }),
    );
    expect(await linesOf(metrics, OWN)).toEqual([
      '{server="s",outcome="allowed",scope="none",limit="none",source="store"} 1',
      '{server="s",outcome="allowed",scope="none",limit="none",source="batch"} 1',
      '{server="s",outcome="rejected",scope="shared",limit="tool",source="deny_cache"} 1',
      '{server="s",outcome="audit_rejected",scope="shared",limit="nights",source="store"} 1',
    ]);
  });

  test("requests that leave less than a fifth of a limit are noticed", async () => {
    const metrics = measured(allowed({ states: states(2) }), allowed({ states: states(1) }));
    expect(await linesOf(metrics, "headgate_rate_limit_near_limit_total")).toEqual([
      '{scope="shared"} 1',
      '{scope="per_user"} 0',
    ]);
  });
});

test("decisions without the store are told apart by what limits do then", async () => {
  const metrics = measured(
    allowed(),
    allowed({ source: "local" }),
    refused({ source: "local" }),
    refused({ source: "local", reason: "store-lost" }),
  );
  expect(await linesOf(metrics, "headgate_rate_limit_degraded_decisions_total")).toEqual([
    '{mode="local"} 1',
    '{mode="open"} 1',
    '{mode="closed"} 1',
  ]);
});

describe("the attributes of a span", () => {
  test.each<[string, Decision, string, boolean]>([
    ["allowed", allowed(), "none", false],
    ["rejected", refused(), "shared_tool", false],
    ["rejected", refused({ refusedBy: [3] }), "per_user_tool", false],
    ["rejected", refused({ refusedBy: [2] }), "per_user_server", false],
    ["rejected", refused({ refusedBy: [0] }), "shared_server", false],
    ["audit_rejected", allowed({ auditRefusedBy: [4] }), "shared_rule", false],
    ["allowed", allowed({ source: "local" }), "none", true],
  ])("%s", (decision, given, by, failOpen) => {
    expect(limitSpanAttributes(LIMITS, given)).toEqual({
      "rate_limit.decision": decision,
      "rate_limit.rejected_by": by,
      "rate_limit.fail_open": failOpen,
    });
  });
});
