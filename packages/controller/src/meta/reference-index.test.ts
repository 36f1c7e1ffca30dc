import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ReferenceIndex, type Reference } from "./reference-index.ts";

const reference: fc.Arbitrary<Reference> = fc.record({
  kind: fc.constantFrom("Secret", "ConfigMap"),
  namespace: fc.constantFrom("n", "m"),
  name: fc.constantFrom("a", "b/a"),
});
const step = fc.record({
  referrer: fc.constantFrom("n/x", "n/y", "m/x"),
  references: fc.option(fc.array(reference, { maxLength: 4 })),
});

test("it knows exactly who refers to what, whatever was said before", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), reference, (steps, asked) => {
      const index = new ReferenceIndex();
      const model = new Map<string, readonly Reference[]>();
      for (const { referrer, references } of steps) {
        if (references === null) index.delete(referrer);
        else index.set(referrer, references);
        model.set(referrer, references ?? []);
      }
      const same = (one: Reference) => JSON.stringify(one) === JSON.stringify(asked);
      const expected = [...model].filter(([, references]) => references.some(same));
      expect([...index.referrersOf(asked)].toSorted()).toEqual(
        expected.map(([key]) => key).toSorted(),
      );
      expect(index.size).toBe([...model.values()].filter(({ length }) => length > 0).length);
    }),
  );
});
