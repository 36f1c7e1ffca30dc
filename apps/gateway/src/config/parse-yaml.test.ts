import { expect, test } from "vitest";
import { parseYaml } from "./parse-yaml.ts";

function problemsOf(text: string) {
  const parsed = parseYaml(text);
  return parsed.ok ? [] : parsed.problems;
}

function valueOf(text: string): unknown {
  const parsed = parseYaml(text);
  return parsed.ok ? parsed.document.value : parsed.problems;
}

test("JSON is read as YAML, with tabs and trailing commas", () => {
  expect(valueOf('{\n\t"a": [1, 2,],\n\t"b": "x"\n}')).toEqual({ a: [1, 2], b: "x" });
});

test("a merge key brings in what its anchor names", () => {
  expect(valueOf("base: &b {x: 1, y: 2}\nown: {<<: *b, y: 3}")).toEqual({
    base: { x: 1, y: 2 },
    own: { x: 1, y: 3 },
  });
});

test("words that YAML 1.1 took for booleans are texts", () => {
  expect(valueOf("a: yes\nb: off\nc: true")).toEqual({ a: "yes", b: "off", c: true });
});

test("a key named __proto__ is a key like any other", () => {
  const value = valueOf("__proto__: {polluted: true}") as object;
  expect(Object.keys(value)).toEqual(["__proto__"]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test.each([
  ["a key twice", "a: 1\nb: 2\na: 3", 3, 1, 'the key "a" is here twice'],
  ["a nested key twice", "a:\n  b: 1\n  b: 2", 3, 3, 'the key "b" is here twice'],
  ["a number and a text as the same key", '1: a\n"1": b', 2, 1, 'the key "1" is here twice'],
  ["a tab as indentation", "a:\n\tb: 1", 2, 1, "use spaces"],
  ["a second colon", "a: b: c", 1, 4, "second colon"],
  ["an open quote", 'a: "b\nc: d', 2, 5, "a closing quote"],
  ["an open bracket", "a: [1, 2\nb: 3", 2, 1, ""],
  ["a second document", "a: 1\n---\nb: 2", 2, 1, "a configuration file holds one"],
  ["a text that starts with @", "a: @b", 1, 4, "put it in quotes"],
  ["an unknown alias", "a: *b", 1, 4, "no anchor of this name"],
  ["an alias in what it names", "a: &a [*a]", 1, 8, "must not stand inside what it names"],
  ["a list as a key", "? [a]\n: b", 1, 3, "a key must be a single word"],
  ["an unknown tag", "a: !secret b", 1, 4, "leave the tag out"],
  ["nesting without end", "[".repeat(200) + "]".repeat(200), 1, 101, "more than 100 levels"],
])("%s is told with its line and column", (...[, text, line, column, message]) => {
  const [problem] = problemsOf(text);
  expect(problem).toMatchObject({ line, column });
  expect(problem?.message).toContain(message);
});

test("the sentence about a syntax error quotes nothing of the file", () => {
  for (const text of [
    'a: "s3cr3t" s3cr3t',
    "s3cr3t: [s3cr3t",
    "- s3cr3t\ns3cr3t",
    'a: "\\s3cr3t"',
  ]) {
    const problems = problemsOf(text);
    expect(problems).not.toEqual([]);
    expect(JSON.stringify(problems)).not.toContain("s3cr3t");
  }
});

test("a file of more than 1 MiB is refused by its size", () => {
  expect(problemsOf("# " + "x".repeat(1024 * 1024))).toEqual([
    { path: "", message: "the file has 1.0 MiB; a configuration has at most 1 MiB" },
  ]);
});

function bomb(use: (alias: string) => string): string {
  const names = "a b c d e f g h i j k".split(" ");
  return names
    .map((name, index) => {
      const before = names[index - 1];
      return `${name}: &${name} ${before === undefined ? "{x: [1, 1, 1, 1, 1]}" : use(`*${before}`)}`;
    })
    .join("\n");
}

test.each([
  ["lists", bomb((alias) => `[${Array(9).fill(alias).join(", ")}]`)],
  ["merge keys", bomb((alias) => `{<<: [${Array(9).fill(alias).join(", ")}]}`)],
])("%s of aliases that grow without bound are refused at once", (_, text) => {
  const start = performance.now();
  const messages = problemsOf(text).map(({ message }) => message);
  expect(messages).toContain("aliases make this grow beyond all bounds; write it out instead");
  expect(performance.now() - start).toBeLessThan(2_000);
});

test("more than 100 aliases are refused", () => {
  const [problem] = problemsOf(`a: &a 1\nb: [${Array(101).fill("*a").join(", ")}]`);
  expect(problem?.message).toBe("more than 100 aliases; write the values out instead");
});

test.each([
  ["keys", Array.from({ length: 60_000 }, (_, index) => `key${index}: 1`).join("\n")],
  ["brackets", "[".repeat(1_000_000)],
  ["dashes", "- ".repeat(500_000)],
  ["anchors", "- &a 1\n".repeat(140_000)],
])("a mebibyte of %s is dealt with in bounded time", (_, text) => {
  const start = performance.now();
  parseYaml(text);
  expect(performance.now() - start).toBeLessThan(15_000);
});
