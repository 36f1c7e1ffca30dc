import { expect, test } from "vitest";
import { Pace } from "./pace.ts";

const old = { key: "a", isNew: false, incomplete: false };

test("an object that lacks nothing is written at once, and then not again for a moment", () => {
  const pace = new Pace();
  expect(pace.waitMs({ ...old, nowMs: 1_000 })).toBe(0);
  expect(pace.waitMs({ ...old, nowMs: 1_030 })).toBe(70);
  expect(pace.waitMs({ ...old, key: "b", nowMs: 1_030 })).toBe(0);
  expect(pace.waitMs({ ...old, nowMs: 1_100 })).toBe(0);
});

test("a new object may lack something for two seconds, counted from the first look", () => {
  const pace = new Pace();
  const fresh = { key: "a", isNew: true, incomplete: true };
  expect(pace.waitMs({ ...fresh, nowMs: 1_000 })).toBe(2_000);
  expect(pace.waitMs({ ...fresh, nowMs: 2_400 })).toBe(600);
  expect(pace.waitMs({ ...fresh, nowMs: 3_000 })).toBe(0);
});

test("what a new object lacked and has by now ends the wait", () => {
  const pace = new Pace();
  expect(pace.waitMs({ key: "a", isNew: true, incomplete: true, nowMs: 1_000 })).toBe(2_000);
  expect(pace.waitMs({ key: "a", isNew: true, incomplete: false, nowMs: 1_010 })).toBe(0);
});

test("an object that lacks something and is not new is told of at once", () => {
  expect(new Pace().waitMs({ ...old, incomplete: true, nowMs: 1_000 })).toBe(0);
});

test("what is forgotten begins anew", () => {
  const pace = new Pace();
  pace.waitMs({ ...old, nowMs: 1_000 });
  pace.forget("a");
  expect(pace.waitMs({ ...old, nowMs: 1_001 })).toBe(0);
});
