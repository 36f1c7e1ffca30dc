import { expect, test } from "vitest";
import { unlistedOwner } from "./unlisted-owner.ts";

const owner = unlistedOwner([
  ["demo://static/a", "one"],
  ["demo://session/{id}", "two"],
  ["demo://static/b", "three"],
  ["https://a.example/x", "web"],
  ["db://{host}/{table}", "tables"],
  ["memory:graph", "memory"],
]);

test.each([
  ["demo://static/other", "one"],
  ["DEMO://session/x?y", "two"],
  ["demo://elsewhere", "one"],
  ["https://a.example/y", "web"],
  ["db://h/t", "tables"],
  ["memory:other", "memory"],
])("%s belongs to %s, which lists the most like it", (uri, backend) => {
  expect(owner(uri)).toBe(backend);
});

test.each(["https://b.example/x", "https:x", "other://static/a", "demo", ""])(
  "%s belongs to nobody",
  (uri) => {
    expect(owner(uri)).toBeUndefined();
  },
);
