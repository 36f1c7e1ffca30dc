import { expect, test } from "vitest";
import { defineBucket, type BucketSpec } from "../bucket.ts";
import { memoryStore } from "../memory.ts";
import { decideAlone } from "./decide-alone.ts";

const SECOND = 1_000_000;

function limit(key: string, more: Partial<BucketSpec> = {}) {
  return defineBucket({ key, capacity: 2, periodMicros: 20 * SECOND, ...more });
}

const local = limit("local");
const open = limit("open", { onStoreFailure: "open" });
const closed = limit("closed", { onStoreFailure: "closed" });

test("local buckets are enforced in full, open ones not at all", () => {
  const store = memoryStore({ now: () => 1000 * SECOND });
  const request = { buckets: [open, local] };
  const twice = [1, 2].map(() => decideAlone(request, store, 1));
  expect(twice.map(({ allowed, source }) => [allowed, source])).toEqual([
    [true, "local"],
    [true, "local"],
  ]);
  expect(twice[1]?.states.map(({ remaining }) => remaining)).toEqual([2, 0]);
  expect(decideAlone(request, store, 1)).toMatchObject({
    allowed: false,
    reason: "limit",
    refusedBy: [1],
    retryAfterMicros: 10 * SECOND,
  });
  expect(decideAlone({ buckets: [open], cost: 50 }, store, 1).allowed).toBe(true);
});

test("a closed bucket refuses, names itself and when to come again, and nothing is charged", () => {
  const store = memoryStore({ now: () => 1000 * SECOND });
  expect(decideAlone({ buckets: [local, closed, open] }, store, 250_000)).toEqual({
    allowed: false,
    source: "local",
    reason: "store-lost",
    refusedBy: [1],
    retryAfterMicros: 250_000,
    auditRefusedBy: [],
    states: [
      { remaining: 2, nextUnitMicros: 0, resetMicros: 0 },
      { remaining: 0, nextUnitMicros: 250_000, resetMicros: 250_000 },
      { remaining: 2, nextUnitMicros: 0, resetMicros: 0 },
    ],
  });
  expect(store.size).toBe(0);
});

test("an audited closed bucket is reported and refuses nothing", () => {
  const store = memoryStore();
  const audited = limit("closed", { onStoreFailure: "closed", audit: true });
  const short = limit("short", { audit: true, capacity: 1 });
  const buckets = [short, open, audited, local];
  expect(decideAlone({ buckets }, store, 1)).toMatchObject({ allowed: true, auditRefusedBy: [2] });
  expect(decideAlone({ buckets }, store, 1)).toMatchObject({
    allowed: true,
    auditRefusedBy: [0, 2],
  });
});

test("a look at a closed bucket is allowed", () => {
  expect(decideAlone({ buckets: [closed], cost: 0 }, memoryStore(), 1).allowed).toBe(true);
});

test("states are left out when nobody asks for them", () => {
  const request = { buckets: [local, open], states: false };
  expect(decideAlone(request, memoryStore(), 1).states).toEqual([]);
});

test.each([[{ buckets: [open, open] }], [{ buckets: [closed], cost: -1 }]])(
  "a malformed request throws, lost store or not",
  (request) => {
    expect(() => decideAlone(request, memoryStore(), 1)).toThrow(/twice|at least 0/);
  },
);
