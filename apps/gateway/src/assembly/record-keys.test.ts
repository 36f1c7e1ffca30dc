import { expect, test } from "vitest";
import { recordKeys } from "./record-keys.ts";

const KEY = Buffer.alloc(32, 1).toString("base64");
const OLD = Buffer.alloc(32, 2).toString("base64");

test("without a key records are not encrypted", () => {
  expect(recordKeys({})).toEqual([]);
  expect(recordKeys({ HEADGATE_SESSION_KEY: "" })).toEqual([]);
});

test("the key encrypts, and the one that it replaces can still be read", () => {
  const keys = recordKeys({ HEADGATE_SESSION_KEY: `${KEY}\n`, HEADGATE_SESSION_PREVIOUS_KEY: OLD });
  expect(keys.map(({ secret }) => secret[0])).toEqual([1, 2]);
  expect(new Set(keys.map(({ id }) => id)).size).toBe(2);
});

test("the same key has the same name in every process, from which nobody learns it", () => {
  const [one] = recordKeys({ HEADGATE_SESSION_KEY: KEY });
  const [previous] = recordKeys({
    HEADGATE_SESSION_KEY: OLD,
    HEADGATE_SESSION_PREVIOUS_KEY: KEY,
  }).slice(1);
  expect(one?.id).toBe(previous?.id);
  expect(KEY).not.toContain(one?.id);
});

test.each([
  ["too short", Buffer.alloc(16).toString("base64")],
  ["not base64", `${"!".repeat(10)}${KEY}`],
  ["hexadecimal", Buffer.alloc(32, 7).toString("hex")],
])("a key that is %s is refused without being repeated", (_, text) => {
  const refused = (): unknown => recordKeys({ HEADGATE_SESSION_KEY: text });
  expect(refused).toThrow("HEADGATE_SESSION_KEY must be 32 bytes in base64");
  expect(refused).not.toThrow(text);
});

test("a key on its way out needs one in its place", () => {
  expect(() => recordKeys({ HEADGATE_SESSION_PREVIOUS_KEY: OLD })).toThrow(
    "HEADGATE_SESSION_PREVIOUS_KEY is set without HEADGATE_SESSION_KEY",
  );
});
