import { expect, test } from "vitest";
import { Operational } from "./gateway-config/operational.ts";
import { completeOperational } from "./operational-defaults.ts";

const complete = (block: object) => completeOperational(Operational.parse(block));

test("no reader needs a default of its own", () => {
  const { drain, sessions } = completeOperational(undefined);
  expect(drain).toMatchObject({ delay: "0s", gracePeriod: "30s" });
  expect(sessions).toMatchObject({
    maxPerUser: 1_000,
    maxPerUserPerMinute: 600,
    idleTimeout: "30m",
  });
  expect(sessions.max).toBeUndefined();
});

test("the time that calls have to finish may be given under either name", () => {
  expect(complete({ drain: { timeout: "7s" } }).drain.gracePeriod).toBe("7s");
  expect(complete({ drain: { gracePeriod: "8s" } }).drain.gracePeriod).toBe("8s");
  expect(complete({ drain: { gracePeriod: "8s", timeout: "7s" } }).drain.gracePeriod).toBe("7s");
});
