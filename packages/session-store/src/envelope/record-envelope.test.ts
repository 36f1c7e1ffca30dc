import * as fc from "fast-check";
import { expect, test } from "vitest";
import { recordEnvelope, type RecordKey } from "./record-envelope.ts";

const key = (id: string, byte: number): RecordKey => ({
  id,
  secret: new Uint8Array(32).fill(byte),
});
const current = key("2026-11", 1);
const previous = key("2026-10", 2);

test("what was sealed for a session opens as it was, with a key and without", () => {
  const texts = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(fc.string(), texts, fc.boolean(), (id, text, locked) => {
      const envelope = recordEnvelope(locked ? { keys: [current] } : {});
      expect(envelope.open(id, envelope.seal(id, text))).toEqual({ outcome: "opened", text });
    }),
  );
});

test("an encrypted record shows nothing of its text, and two of one text differ", () => {
  const { seal } = recordEnvelope({ keys: [current] });
  const sealed = seal("session", "a secret text");
  expect(sealed).toMatch(/^v1\.e\.2026-11\.[\w-]+$/);
  expect(Buffer.from(sealed.split(".")[3] ?? "", "base64url").toString("latin1")).not.toContain(
    "secret",
  );
  expect(seal("session", "a secret text")).not.toBe(sealed);
});

test("a record opens for its own session only", () => {
  const { seal, open } = recordEnvelope({ keys: [current] });
  const damaged = { outcome: "unreadable", code: "damaged" };
  expect(open("another", seal("session", "text"))).toEqual(damaged);
});

test("no character of an encrypted record can be changed without being noticed", () => {
  const { seal, open } = recordEnvelope({ keys: [current, previous] });
  const sealed = seal("session", "a text that nobody may change");
  fc.assert(
    fc.property(
      fc.nat(sealed.length - 1),
      fc.constantFrom(..."ABCxyz019-_.".split("")),
      (index, character) => {
        const changed = sealed.slice(0, index) + character + sealed.slice(index + 1);
        const opened = open("session", changed);
        // The last character of base64url has bits that mean nothing.
        if (changed === sealed || index === sealed.length - 1) return;
        expect(opened.outcome).toBe("unreadable");
      },
    ),
    { numRuns: 2000 },
  );
});

test("a previous key still opens what it sealed, and the new one seals from now on", () => {
  const before = recordEnvelope({ keys: [previous] });
  const after = recordEnvelope({ keys: [current, previous] });
  const old = before.seal("session", "text");
  expect(after.open("session", old)).toEqual({ outcome: "opened", text: "text" });
  expect(after.seal("session", "text")).toMatch(/^v1\.e\.2026-11\./);
  expect(before.open("session", after.seal("session", "text"))).toEqual({
    outcome: "unreadable",
    code: "unknown-key",
  });
});

test("a key with the id of another opens nothing", () => {
  const { seal } = recordEnvelope({ keys: [current] });
  const impostor = recordEnvelope({ keys: [key(current.id, 9)] });
  expect(impostor.open("session", seal("session", "text"))).toMatchObject({ code: "damaged" });
});

test.each([
  ["v2.e.2026-11.AAAA", "unknown-version"],
  ["v10.anything", "unknown-version"],
  ["v1.e.2020-01.AAAA", "unknown-key"],
  ["v1.e.2026-11.AAAA", "damaged"],
  ["v1.e.2026-11", "damaged"],
  ["v1.z.text", "unknown-version"],
  ["", "damaged"],
  ["{}", "damaged"],
])("%j is refused as %s", (sealed, code) => {
  const { open } = recordEnvelope({ keys: [current] });
  expect(open("session", sealed)).toEqual({ outcome: "unreadable", code });
});

test("without a key what is encrypted stays shut; with one, plain text counts only while it is accepted", () => {
  const plain = recordEnvelope();
  const locked = recordEnvelope({ keys: [current] });
  const changing = recordEnvelope({ keys: [current], acceptPlain: true });
  expect(plain.open("s", locked.seal("s", "text"))).toMatchObject({ code: "no-key" });
  expect(locked.open("s", plain.seal("s", "text"))).toMatchObject({ code: "not-encrypted" });
  expect(changing.open("s", plain.seal("s", "text"))).toEqual({ outcome: "opened", text: "text" });
});

test("an envelope adds 5 characters, and with a key a third and 55 more", () => {
  const text = "x".repeat(1500);
  expect(recordEnvelope().seal("s", text).length).toBe(1505);
  expect(recordEnvelope({ keys: [current] }).seal("s", text).length).toBeLessThanOrEqual(2000 + 55);
});

test.each([
  [[{ id: "a.b", secret: new Uint8Array(32) }], /a key id is "a\.b"/],
  [[{ id: "a", secret: new Uint8Array(16) }], /key a has 16 bytes; AES-256 needs 32/],
  [[key("a", 1), key("a", 2)], /two keys have the id a/],
])("a bad set of keys is a mistake, told without the secret", (keys, message) => {
  expect(() => recordEnvelope({ keys })).toThrow(message);
});
