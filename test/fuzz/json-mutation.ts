import * as fc from "fast-check";

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/g;

/** Tokens that a mutation puts in place of another: every type of value, and the borders of each. */
const OTHER_TOKENS = [
  "null",
  "true",
  "0",
  "-0",
  "1.0",
  "1e400",
  "9007199254740993",
  "1".repeat(400),
  '""',
  '"x"',
  String.raw`"\ud800"`,
  String.raw`"\u0000"`,
  '"__proto__"',
  '"jsonrpc"',
  '"id"',
  '"method"',
  '"params"',
  '"name"',
  '"initialize"',
  '"tools/call"',
  '"2.0"',
  '"2025-03-26"',
  `"${"n".repeat(2_000)}"`,
  "[]",
  "{}",
  "[[]]",
  '{"a":{"b":[]}}',
  "{",
  "]",
  ",",
  ":",
  "NaN",
  "'x'",
  "\u00a0",
] as const;

/** A text that is one token away from `text`: the token left out, doubled or replaced. */
export function oneTokenAway(text: string): fc.Arbitrary<string> {
  const tokens = [...text.matchAll(TOKEN)].map(([token]) => token);
  return fc
    .record({
      at: fc.nat(Math.max(0, tokens.length - 1)),
      how: fc.constantFrom("delete", "duplicate", "replace"),
      other: fc.constantFrom(...OTHER_TOKENS),
    })
    .map(({ at, how, other }) => {
      const token = tokens[at] ?? "";
      const piece = how === "delete" ? [] : how === "duplicate" ? [token, token] : [other];
      return [...tokens.slice(0, at), ...piece, ...tokens.slice(at + 1)].join("");
    });
}
