import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DuplicateKeyError, elementsOf, membersOf, nestsDeeper } from "./spans.ts";

const space = fc.stringMatching(/^[ \n\r\t]{0,3}$/);

/** A string as JSON text in which any character may stand as an escape. */
const stringText = fc
  .array(
    fc.tuple(
      fc.oneof(
        fc.constantFrom('"', "\\", "{", "}", "[", "]", ",", ":", "\n", "é", "😀"),
        fc.string(),
      ),
      fc.boolean(),
    ),
    { maxLength: 6 },
  )
  .map(
    (parts) =>
      `"${parts.map(([text, escape]) => (escape ? escaped(text) : plain(text))).join("")}"`,
  );

function escaped(text: string): string {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
    .map((code) => `\\u${code.toString(16).padStart(4, "0")}`)
    .join("");
}

function plain(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const numberText = fc.constantFrom("0", "-0", "1.0", "1e5", "-1.5E-7", "9007199254740993", "1e400");

/** A member of an object as text, and what it says. */
interface Member {
  readonly key: string;
  readonly value: string;
  readonly text: string;
}

/** Any JSON as text, with random whitespace wherever it may stand. */
const {
  json: jsonText,
  object: objectText,
  member: memberText,
  array: arrayText,
} = fc.letrec<{
  json: string;
  object: string;
  array: string;
  member: Member;
}>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom("null", "true", "false"),
    numberText,
    stringText,
    tie("array"),
    tie("object"),
  ),
  array: fc
    .array(fc.tuple(space, tie("json"), space), { maxLength: 4 })
    .chain((parts) =>
      space.map((inside) => `[${parts.map((part) => part.join("")).join(",") || inside}]`),
    ),
  member: fc
    .tuple(space, stringText, space, space, tie("json"), space)
    .map(([a, key, b, c, value, d]) => ({
      key: JSON.parse(key) as string,
      value,
      text: `${a}${key}${b}:${c}${value}${d}`,
    })),
  object: fc
    .uniqueArray(tie("member"), { maxLength: 4, selector: (member) => member.key })
    .chain((parts) =>
      space.map((inside) => `{${parts.map((part) => part.text).join(",") || inside}}`),
    ),
}));

describe("members and elements", () => {
  // The oracle is how the text was made: V8's JSON.parse reads the key "\"" as "\\" after objects of another shape.
  test("the members of any object are found under their decoded keys, to the letter", () => {
    const members = fc.uniqueArray(memberText, { maxLength: 6, selector: ({ key }) => key });
    fc.assert(
      fc.property(space, members, space, (before, made, after) => {
        const text = `${before}{${made.map((one) => one.text).join(",")}}${after}`;
        const found = [...membersOf(text)].map(([key, { start, end }]) => [
          key,
          text.slice(start, end),
        ]);
        expect(found).toEqual(made.map(({ key, value }) => [key, value]));
      }),
      { numRuns: 1000 },
    );
  });

  test("the elements of any array are those that JSON.parse finds, in order", () => {
    fc.assert(
      fc.property(space, arrayText, space, (before, array, after) => {
        const text = before + array + after;
        const raw = elementsOf(text).map(({ start, end }) => text.slice(start, end));
        expect(raw.map((one) => JSON.parse(one) as unknown)).toEqual(JSON.parse(text));
        expect(raw).toEqual(raw.map((one) => one.trim()));
      }),
      { numRuns: 1000 },
    );
  });

  test("a value in the middle of a text is read from where it starts", () => {
    fc.assert(
      fc.property(jsonText, objectText, (first, object) => {
        const text = `[${first},${object}]`;
        const at = elementsOf(text)[1]!.start;
        expect([...membersOf(text, at).keys()]).toEqual([...membersOf(object).keys()]);
      }),
    );
  });

  test("number lexemes come out as they were written", () => {
    const text = '{"a": 1.0 ,"b":9007199254740993,"c":-0}';
    const raw = [...membersOf(text).values()].map(({ start, end }) => text.slice(start, end));
    expect(raw).toEqual(["1.0", "9007199254740993", "-0"]);
  });

  test.each([
    ['{"a":1,"a":2}', "a"],
    ['{"a":1,"\\u0061":2}', "a"],
    ['{"":1,"":2}', ""],
    ['{"__proto__":1,"__proto__":2}', "__proto__"],
  ])("a key that is given twice is refused: %s", (text, key) => {
    expect(() => membersOf(text)).toThrow(DuplicateKeyError);
    expect(() => membersOf(text)).toThrow(expect.objectContaining({ key }));
  });

  test("a key that is given twice further inside is not this object's business", () => {
    expect([...membersOf('{"a":{"b":1,"b":2}}').keys()]).toEqual(["a"]);
  });
});

describe("nesting", () => {
  test("the depth is that of arrays and objects, not of brackets in strings", () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const depth = depthOf(JSON.parse(text));
        expect(nestsDeeper(text, depth)).toBe(false);
        expect(nestsDeeper(`[${text}]`, depth)).toBe(true);
      }),
    );
  });

  test("text that is no JSON gets an answer too", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("{", "[", '"', "\\", "}", "]", "a") }),
        (text) => {
          expect(typeof nestsDeeper(text, 3)).toBe("boolean");
        },
      ),
    );
  });
});

describe("time", () => {
  const million = 1_000_000;
  test.each([
    ["escaped backslashes", `"${"\\\\".repeat(million)}"`],
    ["escaped quotes", `"${'\\"'.repeat(million)}"`],
    ["runs of backslashes before quotes", `"${`${"\\\\".repeat(50)}\\"`.repeat(million / 100)}"`],
    ["a string that fills the text", `"${"a".repeat(2 * million)}"`],
    ["deep nesting", `${"[".repeat(5000)}${"]".repeat(5000)}`],
    ["many small values", `[${"1,".repeat(million)}1]`],
  ])("reading %s takes time proportional to its length", (_, value) => {
    const text = `{"a":${value},"b":[${value}]}`;
    const started = performance.now();
    expect(membersOf(text).size).toBe(2);
    nestsDeeper(text, 1_000_000);
    // Quadratic reading of a million characters would take minutes.
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test("a string that never closes ends with the text, in linear time", () => {
    const started = performance.now();
    expect(nestsDeeper(`["${'\\\\\\"'.repeat(million)}`, 5)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

function depthOf(value: unknown): number {
  if (value === null || typeof value !== "object") return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
