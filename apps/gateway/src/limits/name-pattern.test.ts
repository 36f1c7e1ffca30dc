import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyPattern, namePattern } from "./name-pattern.ts";

describe("a pattern", () => {
  test.each([
    ["search", "search", true],
    ["search", "search_more", false],
    ["search", "Search", false],
    ["*", "", true],
    ["*", "anything at all", true],
    ["files_*", "files_read", true],
    ["files_*", "files_", true],
    ["files_*", "my_files_read", false],
    ["*_read", "files_read", true],
    ["*_read", "files_read_all", false],
    ["?", "", false],
    ["?", "a", true],
    ["?", "😀", true],
    ["?", "ab", false],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["**a**", "bab", true],
    ["file:///*.md", "file:///docs/a.md", true],
    ["file:///*.md", "file:///docs/aXmd", false],
    ["a.c", "abc", false],
    ["$&(x)|+^", "$&(x)|+^", true],
    ["*?*", "", false],
    ["*?*", "*", true],
  ])("%j over %j: %j", (glob, name, expected) => {
    expect(namePattern(glob)(name)).toBe(expected);
  });

  test("says the same as its regular expression", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "?", "*", "é", "😀"), maxLength: 80 });
    fc.assert(
      fc.property(text, text, (glob, name) => {
        const source = Array.from(glob)
          .map((character) => (character === "*" ? "[^]*" : character === "?" ? "[^]" : character))
          .join("");
        expect(namePattern(glob)(name)).toBe(new RegExp(`^${source}$`, "u").test(name));
      }),
    );
  });

  test("longer than a machine word is matched to its end", () => {
    const glob = `${"ab?".repeat(60)}*z`;
    expect(namePattern(glob)(`${"abc".repeat(60)}z`)).toBe(true);
    expect(namePattern(glob)(`${"abc".repeat(60)}y`)).toBe(false);
    expect(namePattern(glob)(`${"abc".repeat(59)}abz`)).toBe(false);
  });

  test("takes time in proportion to the name, even one made to be looked at again and again", () => {
    const matches = namePattern(`*${"a*".repeat(100)}b`);
    const took = (length: number): number => {
      const name = "a".repeat(length);
      const start = performance.now();
      expect(matches(name)).toBe(false);
      return performance.now() - start;
    };
    took(8_192);
    // Backtracking would take longer than there is time.
    expect(took(80_000)).toBeLessThan(500);
  });
});

test("of several patterns one is enough", () => {
  const matches = anyPattern(["a*", "?b"]);
  expect(["a1", "xb", "b", "xc"].map((name) => matches(name))).toEqual([true, true, false, false]);
});
