import * as fc from "fast-check";
import { expect, test } from "vitest";
import { elementsOf, membersOf } from "./spans.ts";
import { splice } from "./splice.ts";

test("replacing members of any JSON object keeps everything else to the letter", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
      fc.constantFrom(undefined, 1, "\t"),
      fc.array(fc.boolean()),
      fc.jsonValue(),
      (value, indent, chosen, replacement) => {
        const text = JSON.stringify(value, undefined, indent);
        const members = [...membersOf(text)];
        const picked = members.filter((_, index) => chosen[index]);
        const edits = picked.map(([, span]) => ({ span, with: JSON.stringify(replacement) }));
        const out = splice(text, edits.toReversed());
        const after = new Map(
          [...membersOf(out)].map(([key, { start, end }]) => [key, out.slice(start, end)]),
        );
        const keys = new Set(picked.map(([key]) => key));
        for (const [key, { start, end }] of members)
          expect(after.get(key)).toBe(
            keys.has(key) ? JSON.stringify(replacement) : text.slice(start, end),
          );
        const back = [...membersOf(out)].filter(([key]) => keys.has(key));
        const originals = picked.map(([, { start, end }]) => text.slice(start, end));
        expect(
          splice(
            out,
            back.map(([, span], at) => ({ span, with: originals[at]! })),
          ),
        ).toBe(text);
      },
    ),
    { numRuns: 500 },
  );
});

test("no edits give the text itself", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(splice(text, [])).toBe(text);
    }),
  );
});

test("edits of neighbouring spans and insertions at one place keep their order", () => {
  const text = "[1,2,3]";
  const [one, two] = elementsOf(text);
  const at = { start: one!.end, end: one!.end };
  expect(
    splice(text, [
      { span: two!, with: "b" },
      { span: at, with: "x" },
      { span: one!, with: "a" },
      { span: at, with: "y" },
    ]),
  ).toBe("[axy,b,3]");
});
