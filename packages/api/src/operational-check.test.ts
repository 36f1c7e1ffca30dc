import { expect, test } from "vitest";
import { Operational } from "./gateway-config/operational.ts";
import { checkOperational } from "./operational-check.ts";
import { completeOperational } from "./operational-defaults.ts";

test("an operational block that was left out has the defaults of every group but timeouts", () => {
  const complete = completeOperational(undefined);
  expect(complete.timeouts).toBeUndefined();
  expect(complete).toMatchObject({
    failureHandling: {
      healthCheckInterval: "30s",
      healthCheckTimeout: "10s",
      unhealthyThreshold: 3,
      circuitBreaker: { enabled: false, failureThreshold: 5, timeout: "60s" },
    },
    startupWait: "2s",
    drain: { delay: "0s", gracePeriod: "30s" },
    sessions: { idleTimeout: "30m" },
    limits: { maxBodyBytes: 8_388_608, maxBatch: 100, maxNesting: 64 },
  });
});

test("an empty timeouts block means the default of the block", () => {
  expect(completeOperational(Operational.parse({ timeouts: {} })).timeouts?.default).toBe("30s");
});

test("what was given stands beside the defaults of its neighbours", () => {
  const complete = completeOperational(Operational.parse({ drain: { delay: "5s" } }));
  expect(complete.drain).toEqual({ delay: "5s", gracePeriod: "30s" });
});

test("the defaults are without problems", () => {
  expect(checkOperational(undefined)).toEqual([]);
});

test.each([
  ["a time-out of zero", { timeouts: { default: "0s" } }, "timeouts.default", "too short"],
  [
    "a time-out beyond any timer",
    { timeouts: { perWorkload: { a: "600h" } } },
    "timeouts.perWorkload.a",
    "too long",
  ],
  ["a duration beyond counting", { drain: { delay: "99999999h" } }, "drain.delay", "285 years"],
  ["less than a millisecond", { startupWait: "10us" }, "startupWait", "too short"],
  [
    "a check that outlasts its interval",
    { failureHandling: { healthCheckInterval: "5s" } },
    "failureHandling.healthCheckTimeout",
    "shorter than healthCheckInterval (5s)",
  ],
])("%s is a problem with its place", (_, operational, path, reason) => {
  const [problem, ...others] = checkOperational(Operational.parse(operational));
  expect(problem?.path.join(".")).toBe(path);
  expect(problem?.message).toContain(reason);
  expect(others).toEqual([]);
});
