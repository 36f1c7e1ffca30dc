import { expect, test } from "vitest";
import { nearest, suggestion } from "./nearest.ts";

test.each([
  ["backnds", "backends"],
  ["Backends", "backends"],
  ["bakcends", "backends"],
  ["aggregatoin", "aggregation"],
  ["nmae", "name"],
])("%s most likely means %s", (word, meant) => {
  expect(nearest(word, ["name", "backends", "aggregation", "audit"])).toBe(meant);
});

test("a word that is like none of the candidates has no nearest", () => {
  expect(nearest("zebra", ["name", "backends"])).toBeUndefined();
});

test("a word far longer than any key is not compared", () => {
  expect(nearest("a".repeat(100_000), ["name"])).toBeUndefined();
});

test("where nothing is near, the few words there are are listed", () => {
  expect(suggestion("zebra", ["name", "url"])).toBe("known here: name, url");
});
