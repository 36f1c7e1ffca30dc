import * as fc from "fast-check";
import { expect, test } from "vitest";
import { conditionsFrom, type Condition, type WantedCondition } from "./conditions.ts";

const NOON = Date.UTC(2026, 0, 1, 12);

const wantedCondition: fc.Arbitrary<WantedCondition> = fc.record({
  type: fc.constantFrom("Ready", "Valid", "Progressing"),
  status: fc.constantFrom("True" as const, "False" as const, "Unknown" as const),
  reason: fc.constantFrom("Fine", "Broken"),
  message: fc.string({ maxLength: 8 }),
});
const wanted = fc.uniqueArray(wantedCondition, { selector: ({ type }) => type });

function after(rounds: readonly (readonly WantedCondition[])[]): readonly Condition[] {
  let existing: readonly Condition[] = [];
  rounds.forEach((conditions, index) => {
    const nowMs = NOON + index * 1_000;
    existing = conditionsFrom({ existing, wanted: conditions, observedGeneration: index, nowMs });
  });
  return existing;
}

test("wanting the same again, later, gives the same", () => {
  fc.assert(
    fc.property(fc.array(wanted, { maxLength: 5 }), wanted, (rounds, last) => {
      const once = after([...rounds, last]);
      const again = conditionsFrom({
        existing: once,
        wanted: last,
        observedGeneration: rounds.length,
        nowMs: NOON + 3_600_000,
      });
      expect(again).toEqual(once);
    }),
  );
});

test("a time moves exactly when its status does, and the generation always", () => {
  fc.assert(
    fc.property(fc.array(wanted, { minLength: 1, maxLength: 6 }), (rounds) => {
      const since = new Map<string, { status: string; at: number }>();
      rounds.forEach((conditions, index) => {
        const types = new Set(conditions.map(({ type }) => type));
        for (const type of since.keys()) if (!types.has(type)) since.delete(type);
        for (const { type, status } of conditions) {
          if (since.get(type)?.status !== status) since.set(type, { status, at: index });
        }
      });
      for (const { type, lastTransitionTime, observedGeneration } of after(rounds)) {
        expect(Date.parse(lastTransitionTime)).toBe(NOON + since.get(type)!.at * 1_000);
        expect(observedGeneration).toBe(rounds.length - 1);
      }
    }),
  );
});

test("there are exactly the wanted conditions, in their order", () => {
  fc.assert(
    fc.property(fc.array(wanted, { maxLength: 4 }), wanted, (rounds, last) => {
      const types = after([...rounds, last]).map(({ type }) => type);
      expect(types).toEqual(last.map(({ type }) => type));
    }),
  );
});

test("times are in whole seconds, as the API server keeps them", () => {
  const ready = { type: "Ready", status: "True", reason: "Fine", message: "" } as const;
  const [condition] = conditionsFrom({
    existing: undefined,
    wanted: [ready],
    observedGeneration: undefined,
    nowMs: NOON + 999,
  });
  expect(condition).toEqual({ ...ready, lastTransitionTime: "2026-01-01T12:00:00Z" });
});

test.each([
  ["a reason of several words", [{ reason: "not fine" }]],
  ["an empty reason", [{ reason: "" }]],
  ["a type twice", [{}, {}]],
])("%s is a mistake of the program", (_what, changes) => {
  const ready = { type: "Ready", status: "True", reason: "Fine", message: "" } as const;
  const conditions = changes.map((change) => ({ ...ready, ...change }));
  expect(() =>
    conditionsFrom({ existing: [], wanted: conditions, observedGeneration: 1, nowMs: NOON }),
  ).toThrow(expect.objectContaining({ code: "bad-request" }));
});
