import { expect, test } from "vitest";
import { profileOf } from "../backends/backend.fixture.ts";
import { classKeyOf } from "./class-key.ts";

function keyOf(capabilities: string, headers: Record<string, string> = {}): string {
  return classKeyOf(profileOf({ capabilities, headers }));
}

test("the order of members and the client's name make no difference", () => {
  expect(keyOf('{"roots":{"listChanged":true},"sampling":{}}')).toBe(
    keyOf('{ "sampling": {}, "roots": { "listChanged": true } }'),
  );
  expect(keyOf("{}", { a: "1", b: "2" })).toBe(keyOf("{}", { b: "2", a: "1" }));
  expect(classKeyOf(profileOf({ clientInfo: '{"name":"x"}' }))).toBe(keyOf("{}"));
});

test("whatever else differs makes another class", () => {
  const keys = [
    keyOf("{}"),
    keyOf('{"roots":{}}'),
    keyOf('{"roots":{"listChanged":true}}'),
    keyOf('{"roots":{"listChanged":false}}'),
    keyOf('{"roots":[]}'),
    keyOf('{"roots":[["listChanged",true]]}'),
    keyOf('{"roots":null}'),
    keyOf("{}", { a: "1" }),
    keyOf("{}", { a: "2" }),
    keyOf("{}", { b: "1" }),
    keyOf('{"a":"1"}'),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

test("no header can be read from a key", () => {
  expect(keyOf("{}", { authorization: "Bearer abc" })).toMatch(/^[A-Za-z0-9_-]{43}$/);
});
