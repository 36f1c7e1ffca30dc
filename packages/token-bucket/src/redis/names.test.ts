import * as fc from "fast-check";
import { expect, test } from "vitest";
import { defineBucket } from "../bucket.ts";
import { Names } from "./names.ts";

const server = { namespace: "default", name: "files" };
const tricky = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.string({ unit: fc.constantFrom("{", "}", ":", "\0", "s", "u", "é", "\ud800", "\ud801") }),
);

test("P11: distinct owners have distinct keys, in the slot of their server, of a fixed alphabet and length", () => {
  fc.assert(
    fc.property(tricky, tricky, (a, b) => {
      const names = new Names("hg:rl:", server);
      expect(names.keyOf(a) === names.keyOf(b)).toBe(a === b);
      expect(names.keyOf(a)).toMatch(/^hg:rl:\{[\w-]{11}\}:u:[\w-]{22}$/);
      expect(names.keyOf(a).slice(0, 20)).toBe(names.keyOf(undefined).slice(0, 20));
    }),
    { numRuns: 1000 },
  );
});

test("P11: distinct servers have distinct slots, however namespace and name are put together", () => {
  fc.assert(
    fc.property(tricky, tricky, tricky, tricky, (a, b, c, d) => {
      const [one, other] = [
        new Names("p", { namespace: a, name: b }),
        new Names("p", { namespace: c, name: d }),
      ];
      expect(one.keyOf(undefined) === other.keyOf(undefined)).toBe(a === c && b === d);
    }),
    { numRuns: 1000 },
  );
});

test("P11: distinct limits have distinct fields, which cannot be the one for the expiry", () => {
  fc.assert(
    fc.property(tricky, tricky, (a, b) => {
      const names = new Names("p", server);
      const [one, other] = [a, b].map((key) =>
        names.limitOf(defineBucket({ key, capacity: 1, periodMicros: 1000 })),
      );
      expect(one?.field === other?.field).toBe(a === b);
      expect(one?.field).toMatch(/^[\w-]{11}$/);
    }),
    { numRuns: 1000 },
  );
});

test("no name of an owner or a server is in a key", () => {
  const names = new Names("hg:rl:", server);
  expect(names.keyOf("alice@example.com")).not.toContain("alice");
  expect(names.keyOf(undefined)).not.toContain("files");
});

test("a name is the same after very many others", () => {
  const names = new Names("p", server);
  const before = names.keyOf("alice");
  for (let other = 0; other < 30_000; other++) names.keyOf(`${other}`);
  expect(names.keyOf("alice")).toBe(before);
});

test("the prefix of keys is the caller's", () => {
  expect(new Names("mine:", server).keyOf(undefined)).toMatch(/^mine:\{[\w-]{11}\}:s$/);
});
