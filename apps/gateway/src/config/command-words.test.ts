import * as fc from "fast-check";
import { expect, test } from "vitest";
import { commandWords } from "./command-words.ts";

test.each([
  ["npx -y some-server", ["npx", "-y", "some-server"]],
  ["  a \t b\n", ["a", "b"]],
  ["a 'b c' d", ["a", "b c", "d"]],
  ['a "b \\"c\\" \\n"', ["a", 'b "c" \\n']],
  ["a\\ b c", ["a b", "c"]],
  ["a'b'\"c\"d", ["abcd"]],
  ["a '' \"\"", ["a", "", ""]],
  ["echo $HOME `x` && rm | *", ["echo", "$HOME", "`x`", "&&", "rm", "|", "*"]],
  ["", []],
])("%j is split as a shell splits it", (line, words) => {
  expect(commandWords(line)).toEqual({ ok: true, words });
});

test.each([
  ["a 'b", "has a ' without its partner"],
  ['a "b', 'has a " without its partner'],
  ['a "b\\"', 'has a " without its partner'],
  ["a \\", "ends with a backslash that stands before nothing"],
])("%j cannot be split", (line, problem) => {
  expect(commandWords(line)).toEqual({ ok: false, problem });
});

test("words in single quotes come back as they were", () => {
  const word = fc.string().map((text) => text.replaceAll("'", ""));
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const line = words.map((text) => `'${text}'`).join(" ");
      expect(commandWords(line)).toEqual({ ok: true, words });
    }),
  );
});

test("any text is split or refused, in bounded time", () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 5_000 }),
      (line) => typeof commandWords(line).ok === "boolean",
    ),
  );
  expect(commandWords("'a' ".repeat(100_000)).ok).toBe(true);
});
