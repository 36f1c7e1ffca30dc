import { expect, test } from "vitest";
import { eventLogContract } from "./contract.ts";
import { memoryEventLog } from "./memory.ts";

eventLogContract({ test }, (bounds) => {
  const clock = { now: 1_000_000 };
  const log = memoryEventLog({ ...bounds, now: () => clock.now });
  return {
    log,
    other: log,
    age(byMs) {
      clock.now += byMs;
    },
    wipe() {
      log.forget("a-session");
      clock.now += 1;
    },
  };
});

test("sessions whose events have expired go as others come", async () => {
  const clock = { now: 0 };
  const log = memoryEventLog({ ttlMs: 1000, now: () => clock.now });
  for (let index = 0; index < 500; index++) {
    clock.now += 10;
    await log.append({ sessionId: `${index}`, streamId: "a" }, "event");
  }
  expect(log.sessions).toBeLessThanOrEqual(101);
});

test.each([{ maxEvents: 0 }, { maxBytes: 0 }, { maxStreams: 0.5 }, { ttlMs: 0 }])(
  "%o is a mistake",
  (bounds) => {
    expect(() => memoryEventLog(bounds)).toThrow(/must be a whole number of at least/);
  },
);
