import { describe, expect, test } from "vitest";
import { GatewayError } from "../rpc/errors.ts";
import { BackendHealth, type HealthFacts } from "./health.ts";

const BREAKER = { failureThreshold: 3, timeoutMs: 60_000 };
const gone = new GatewayError("backend-unavailable", "The backend b could not be reached.");
const late = new GatewayError("backend-timeout", "The backend did not answer within 10 ms.");
const denied = new GatewayError("backend-refused", "The backend b refused the credentials.");

function scene(breaker: typeof BREAKER | undefined = BREAKER) {
  const clock = { ms: 1_000 };
  const told: HealthFacts[] = [];
  const health = new BackendHealth({
    backend: "b",
    unhealthyThreshold: 3,
    breaker,
    now: () => clock.ms,
    changed: (facts) => told.push(facts),
  });
  return { clock, told, health };
}

type Step = "reached" | "unreachable" | "late" | "denied" | "ok" | "no-answer";

function take(health: BackendHealth, step: Step): void {
  if (step === "reached") health.reached("2025-11-25");
  else if (step === "unreachable") health.unreachable(gone);
  else if (step === "late") health.probeFailed(late);
  else if (step === "denied") health.notLinked(denied);
  else if (step === "ok") health.callSucceeded();
  else health.callFailed();
}

test.each<[steps: Step[], status: HealthFacts["status"], failures: number, callsPass: boolean]>([
  [[], "unknown", 0, true],
  [["reached"], "healthy", 0, true],
  [["unreachable"], "unhealthy", 1, false],
  [["denied"], "unhealthy", 1, true],
  [["reached", "late"], "degraded", 1, true],
  [["reached", "late", "late"], "degraded", 2, true],
  [["reached", "late", "late", "late"], "unhealthy", 3, true],
  [["reached", "late", "late", "reached"], "healthy", 0, true],
  [["reached", "late", "late", "reached", "late"], "degraded", 1, true],
  [["reached", "unreachable"], "unhealthy", 1, false],
  [["unreachable", "unreachable"], "unhealthy", 2, false],
  [["unreachable", "reached"], "healthy", 0, true],
  [["unreachable", "denied"], "unhealthy", 2, true],
  [["denied", "unreachable"], "unhealthy", 2, false],
  // Calls say nothing of the status; probes do.
  [["reached", "no-answer", "no-answer"], "healthy", 0, true],
  [["unreachable", "ok"], "unhealthy", 1, false],
])("after %j it is %s with %i failures, and calls pass: %s", (steps, status, failures, passes) => {
  const { health } = scene();
  for (const step of steps) take(health, step);
  expect(health.facts).toMatchObject({ status, consecutiveFailures: failures });
  expect(health.refusal() === undefined).toBe(passes);
  expect(health.facts.reason === undefined).toBe(status === "healthy");
});

test("only a change of status or circuit is told, once, with when it came", () => {
  const { health, told, clock } = scene();
  health.reached("2025-06-18");
  clock.ms = 2_000;
  health.reached("2025-06-18");
  health.unreachable(gone);
  clock.ms = 3_000;
  health.unreachable(gone);
  expect(told.map(({ status, lastTransitionMs }) => [status, lastTransitionMs])).toEqual([
    ["healthy", 1_000],
    ["unhealthy", 2_000],
  ]);
  expect(health.facts).toMatchObject({
    revision: "2025-06-18",
    lastCheckMs: 3_000,
    lastTransitionMs: 2_000,
  });
});

test("a refusal names the backend and the reason", () => {
  const { health } = scene();
  health.unreachable(gone);
  expect(health.refusal()).toMatchObject({
    code: "backend-unavailable",
    message:
      "The backend b is unavailable and is being retried. The backend b could not be reached.",
    data: { backend: "b" },
  });
});

describe("the circuit breaker", () => {
  function opened() {
    const all = scene();
    for (let n = 0; n < 3; n++) all.health.callFailed();
    return all;
  }

  test("opens at so many calls in a row without an answer", () => {
    const { health } = scene();
    health.callFailed();
    health.callFailed();
    expect(health.refusal()).toBeUndefined();
    health.callFailed();
    expect(health.facts.circuit).toBe("open");
    expect(health.refusal()?.message).toContain("Its last 3 calls got no answer.");
  });

  test("counts from zero after any answer", () => {
    const { health } = scene();
    health.callFailed();
    health.callFailed();
    health.callSucceeded();
    health.callFailed();
    health.callFailed();
    expect(health.facts.circuit).toBe("closed");
  });

  test("lets one call through after its time, and closes when that is answered", () => {
    const { health, clock } = opened();
    clock.ms += 59_999;
    expect(health.refusal()).toBeDefined();
    clock.ms += 1;
    expect(health.refusal()).toBeUndefined();
    expect(health.facts.circuit).toBe("half-open");
    expect(health.refusal()).toBeDefined();
    health.callSucceeded();
    expect(health.facts.circuit).toBe("closed");
    expect(health.refusal()).toBeUndefined();
  });

  test("opens for its whole time again when the trial fails", () => {
    const { health, clock } = opened();
    clock.ms += 60_000;
    expect(health.refusal()).toBeUndefined();
    health.callFailed();
    expect(health.facts).toMatchObject({ circuit: "open", circuitChangedMs: clock.ms });
    clock.ms += 59_999;
    expect(health.refusal()).toBeDefined();
    clock.ms += 1;
    expect(health.refusal()).toBeUndefined();
  });

  test("tries again when a trial was cancelled, or refused by a limit, and told nothing", () => {
    const { health, clock } = opened();
    clock.ms += 60_000;
    expect(health.refusal()).toBeUndefined();
    clock.ms += 4_999;
    expect(health.refusal()).toBeDefined();
    clock.ms += 1;
    expect(health.refusal()).toBeUndefined();
    health.callSucceeded();
    expect(health.refusal()).toBeUndefined();
  });

  test("closes at the late answer of a call from before", () => {
    const { health } = opened();
    health.callSucceeded();
    expect(health.refusal()).toBeUndefined();
  });

  test("is not there unless it is configured", () => {
    const health = new BackendHealth({
      backend: "b",
      unhealthyThreshold: 3,
      breaker: undefined,
      now: () => 0,
      changed: () => undefined,
    });
    for (let n = 0; n < 100; n++) health.callFailed();
    expect(health.refusal()).toBeUndefined();
    expect(health.facts.circuit).toBe("closed");
  });
});
