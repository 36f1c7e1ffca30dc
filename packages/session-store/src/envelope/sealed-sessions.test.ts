import { expect, test } from "vitest";
import { sessionStoreContract } from "../store/contract.ts";
import { memorySessionStore } from "../store/memory.ts";
import { recordEnvelope } from "./record-envelope.ts";
import { sealedSessions } from "./sealed-sessions.ts";

const keys = [{ id: "k1", secret: new Uint8Array(32).fill(7) }];

sessionStoreContract({ test }, (ttlMs) => {
  const clock = { now: 1_000_000 };
  const inner = memorySessionStore({ ttlMs, now: () => clock.now });
  const store = sealedSessions(inner, recordEnvelope({ keys }));
  return {
    store,
    other: store,
    age(byMs) {
      clock.now += byMs;
    },
    forget: (id) => inner.forget(id),
  };
});

test("what stands in the store is sealed, whichever call wrote it", async () => {
  const inner = memorySessionStore();
  const store = sealedSessions(inner, recordEnvelope({ keys }));
  const standing = async () => JSON.stringify(await inner.peek("id"));
  await store.create("id", "secret one");
  expect(await standing()).toContain("v1.e.k1.");
  await store.update("id", () => "secret two", { value: "secret one", revision: 1 });
  expect(await standing()).toContain("v1.e.k1.");
  inner.forget("id");
  await store.restoreMissing("id", { value: "secret two", revision: 2 });
  expect(await standing()).toContain("v1.e.k1.");
});

test("a record that cannot be opened is told as such by every call, and left as it is", async () => {
  const inner = memorySessionStore();
  const store = sealedSessions(inner, recordEnvelope({ keys }));
  await inner.create("id", "v2.of-a-later-program");
  const unreadable = { outcome: "unreadable", code: "unknown-version" };
  expect(await store.read("id")).toEqual(unreadable);
  expect(await store.peek("id")).toEqual(unreadable);
  expect(await store.update("id", () => "mine")).toEqual(unreadable);
  expect(await store.restoreMissing("id", { value: "mine", revision: 1 })).toEqual(unreadable);
  expect(await inner.peek("id")).toMatchObject({ record: { value: "v2.of-a-later-program" } });
});
