import { expect, test } from "vitest";
import type { PlannedBackend } from "./backends.ts";
import { discoveredBackends } from "./discovered-backends.ts";
import { podFactsFrom, sameToPeople } from "./health.ts";

const BACKEND = {
  name: "one",
  url: "https://one.example.com/mcp",
  authType: "unauthenticated",
  authConfig: undefined,
  problem: undefined,
} as PlannedBackend;
const [NOW, LATER] = ["2027-01-01T00:00:00Z", "2027-01-01T00:10:00Z"];

/** What Pods say, each by its `Status` for the backend. */
function facts(...said: object[]) {
  return new Map(said.map((entry, pod) => [`${pod}`, podFactsFrom({ backends: { one: entry } })]));
}

function statusOf(...statuses: string[]): string | undefined {
  const said = facts(...statuses.map((Status) => ({ Status })));
  return discoveredBackends({ backends: [BACKEND], facts: said, existing: [], now: NOW })[0]
    ?.status;
}

test.each([
  [[], "unknown"],
  [["unknown"], "unknown"],
  [["healthy", "healthy"], "ready"],
  [["healthy", "unknown"], "ready"],
  [["healthy", "unhealthy"], "degraded"],
  [["unhealthy", "unhealthy"], "unavailable"],
  [["unauthenticated"], "unauthenticated"],
])("gateways that say %j make a backend %s", (said, status) => {
  expect(statusOf(...said)).toBe(status);
});

test("counters and times alone are no news", () => {
  const first = facts({
    Status: "unhealthy",
    ConsecutiveFailures: 1,
    LastErrorCategory: "backend-timeout",
  });
  const then = facts({
    Status: "unhealthy",
    ConsecutiveFailures: 9,
    LastErrorCategory: "backend-timeout",
  });
  const existing = discoveredBackends({
    backends: [BACKEND],
    facts: first,
    existing: [],
    now: NOW,
  });
  const input = { backends: [BACKEND], facts: then, existing, now: LATER };
  expect(discoveredBackends(input)).toEqual(existing);
  expect(sameToPeople(first.get("0"), then.get("0"))).toBe(true);
});

test("a transition moves the time with it", () => {
  const existing = discoveredBackends({
    backends: [BACKEND],
    facts: facts({ Status: "healthy" }),
    existing: [],
    now: NOW,
  });
  const said = facts({ Status: "unhealthy", CircuitState: "open", ConsecutiveFailures: 5 });
  expect(discoveredBackends({ backends: [BACKEND], facts: said, existing, now: LATER })).toEqual([
    {
      name: "one",
      url: "https://one.example.com/mcp",
      authType: "unauthenticated",
      status: "unavailable",
      message: "Circuit breaker OPEN: the backend failed too often.",
      lastHealthCheck: LATER,
      consecutiveFailures: 5,
      circuitBreakerState: "open",
    },
  ]);
});

test("what a Pod says in no form that is known is left out", () => {
  for (const body of [
    undefined,
    "x",
    {},
    { backends: 1 },
    { backends: { one: { Status: "fine" } } },
  ]) {
    expect(podFactsFrom(body).size).toBe(0);
  }
});
