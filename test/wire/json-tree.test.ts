import { expect, test } from "vitest";
import { NumberText, at, mapTree, readTree } from "./json-tree.ts";

test.each(["1.0", "1e3", "-0", "9007199254740993", "1E+2"])(
  "the number %s stays as written",
  (lexeme) => {
    expect(readTree(`{"n": [${lexeme}]}`)).toEqual({ n: [new NumberText(lexeme)] });
  },
);

test("two writings of one number are not equal, two writings of one string are", () => {
  expect(readTree("1.0")).not.toEqual(readTree("1"));
  expect(readTree(String.raw`"é\/"`)).toEqual(readTree('"é/"'));
});

test("the order of keys does not matter", () => {
  expect(readTree('{"a":1,"b":{"c":2}}')).toEqual(readTree('{"b":{"c":2},"a":1}'));
});

test("a path leads to a value, or to nothing", () => {
  const tree = readTree('{"a":[{"b":"c"}]}');
  expect(at(tree, "a", 0, "b")).toBe("c");
  expect(at(tree, "a", 1, "b")).toBeUndefined();
  expect(at(tree, "a", 0, "b", "d")).toBeUndefined();
});

test("mapping changes strings and objects everywhere and numbers nowhere", () => {
  const mapped = mapTree(readTree('{"a":["x",1.0,{"drop":1,"y":"z"}]}'), {
    text: (value) => value.toUpperCase(),
    object: (value) => Object.fromEntries(Object.entries(value).filter(([key]) => key !== "drop")),
  });
  expect(mapped).toEqual({ a: ["X", new NumberText("1.0"), { y: "Z" }] });
});
