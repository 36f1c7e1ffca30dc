import { expect, test } from "vitest";
import { memorySessionStore } from "../store/memory.ts";
import { sessionCounterContract } from "./contract.ts";
import { memorySessionCounter } from "./memory.ts";

sessionCounterContract({ test }, ({ ttlMs, ...caps }) => {
  const clock = { now: 1_000_000 };
  const now = () => clock.now;
  const store = memorySessionStore({ ttlMs, now });
  const counter = memorySessionCounter({ ...caps, ttlMs, now, store });
  return {
    counter,
    other: counter,
    store,
    age(byMs) {
      clock.now += byMs;
    },
  };
});

test("users who begin nothing for a day are forgotten as others come", async () => {
  const clock = { now: 0 };
  const now = () => clock.now;
  const counter = memorySessionCounter({ store: memorySessionStore({ now }), now });
  for (let index = 0; index < 300; index++) {
    clock.now += 24 * 36_000;
    await counter.admit(`user ${index}`, `session ${index}`);
  }
  expect(counter.users).toBeLessThanOrEqual(101);
});

test.each([{ maxPerUser: 0 }, { maxPerUserPerMinute: 1.5 }])("%o is a mistake", (caps) => {
  const store = memorySessionStore();
  expect(() => memorySessionCounter({ ...caps, store })).toThrow(/must be a whole number/);
});
