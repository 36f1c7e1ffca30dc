import * as fc from "fast-check";
import { expect, test } from "vitest";
import { mergeInstructions } from "./instructions.ts";

test("each backend's words stand under its name, in configuration order", () => {
  expect(
    mergeInstructions([
      { backend: "files", instructions: "Read first.\n" },
      { backend: "quiet", instructions: undefined },
      { backend: "blank", instructions: " \n" },
      { backend: "memory", instructions: "Remember." },
    ]),
  ).toBe("## files\n\nRead first.\n\n## memory\n\nRemember.");
});

test("nothing said is nothing, not an empty text", () => {
  expect(mergeInstructions([])).toBeUndefined();
  expect(mergeInstructions([{ backend: "a", instructions: "" }])).toBeUndefined();
});

test("a backend that is alone is quoted to the letter", () => {
  expect(mergeInstructions([{ backend: "a", instructions: " Hi\n" }])).toBe(" Hi\n");
});

test("a long text leaves a short one whole and is marked as cut", () => {
  const text = mergeInstructions([
    { backend: "long", instructions: "é".repeat(20_000) },
    { backend: "short", instructions: "Short." },
  ])!;
  expect(text).toContain("## short\n\nShort.");
  expect(text).toContain("é\n[truncated]");
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16 * 1024);
  expect(Buffer.byteLength(text)).toBeGreaterThan(16 * 1024 - 4);
});

test("the cap holds whatever is said, and no character is cut in half", () => {
  const one = fc.record({
    backend: fc.string({ minLength: 1, maxLength: 8 }),
    instructions: fc.option(fc.string({ unit: "binary", maxLength: 200 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 6 }), fc.integer({ min: 20, max: 400 }), (all, cap) => {
      const text = mergeInstructions(all, cap) ?? "";
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(cap);
      expect(text.isWellFormed()).toBe(true);
    }),
  );
});
