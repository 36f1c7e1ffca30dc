import { expect, test } from "vitest";
import { ANONYMOUS } from "./caller.ts";
import { VerdictCache } from "./verdict-cache.ts";
import { admission, refusal } from "./verdict.ts";

const ALLOWED = admission(ANONYMOUS, Infinity);
const REFUSED = refusal("inactive");

test("a verdict is given until its time, and not a millisecond longer", () => {
  const cache = new VerdictCache();
  cache.keep("a", ALLOWED, 100);
  expect([cache.get("a", 99), cache.get("a", 100)]).toEqual([ALLOWED, undefined]);
});

test("what is remembered is bounded, and refused tokens push out no other", () => {
  const cache = new VerdictCache();
  cache.keep("good", ALLOWED, 100);
  for (let n = 0; n < 12_000; n++) cache.keep(`bad${n}`, REFUSED, 100);
  expect(cache.size).toEqual({ admitted: 1, refused: 10_000 });
  expect(cache.get("good", 0)).toBe(ALLOWED);
  for (let n = 0; n < 12_000; n++) cache.keep(`good${n}`, ALLOWED, 100);
  expect(cache.size).toEqual({ admitted: 10_000, refused: 10_000 });
});

test("a cleared cache knows nothing", () => {
  const cache = new VerdictCache();
  cache.keep("a", ALLOWED, 100);
  cache.keep("b", REFUSED, 100);
  cache.clear();
  expect([cache.get("a", 0), cache.get("b", 0)]).toEqual([undefined, undefined]);
});

test("no part of a token is in what it is remembered by", () => {
  const token = "header.claims.signature";
  const key = new VerdictCache().keyOf(token);
  expect(key).toMatch(/^[\w-]{43}$/);
  for (const part of token.split(".")) expect(key).not.toContain(part);
});
