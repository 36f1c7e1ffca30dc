import { expect, test } from "vitest";
import { sessionStoreContract } from "./contract.ts";
import { memorySessionStore } from "./memory.ts";

sessionStoreContract({ test }, (ttlMs) => {
  const clock = { now: 1_000_000 };
  const store = memorySessionStore({ ttlMs, now: () => clock.now });
  return {
    store,
    other: store,
    age(byMs) {
      clock.now += byMs;
    },
    forget: (id) => store.forget(id),
  };
});

test("a full store refuses new sessions until the first expires, and keeps those it has", async () => {
  const clock = { now: 0 };
  const store = memorySessionStore({ ttlMs: 1000, maxSessions: 2, now: () => clock.now });
  await store.create("a", "");
  clock.now = 100;
  await store.create("b", "");
  const refusal = { outcome: "unavailable", reason: "store-full", retryAfterMs: 1000 };
  expect(await store.create("c", "")).toMatchObject(refusal);
  expect(await store.end("c")).toMatchObject(refusal);
  expect(await store.restoreMissing("c", { value: "", revision: 1 })).toMatchObject(refusal);
  clock.now = 200;
  expect(await store.read("a")).toMatchObject({ outcome: "found" });
  clock.now = 1200;
  expect(await store.create("c", "")).toMatchObject({ outcome: "created" });
  expect(await store.read("a")).toMatchObject({ outcome: "found" });
});

test("expired sessions go as others come", async () => {
  const clock = { now: 0 };
  const store = memorySessionStore({ ttlMs: 1000, now: () => clock.now });
  for (let index = 0; index < 500; index++) {
    clock.now += 10;
    await store.create(`${index}`, "");
  }
  expect(store.size).toBeLessThanOrEqual(111);
});

test.each([{ ttlMs: 0 }, { ttlMs: 1.5 }, { maxSessions: 0 }])("%o is a mistake", (options) => {
  expect(() => memorySessionStore(options)).toThrow(/must be a whole number of at least/);
});
