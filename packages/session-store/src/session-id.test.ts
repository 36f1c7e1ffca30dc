import { expect, test } from "vitest";
import { isSessionId, newSessionId } from "./session-id.ts";

test("an id is 192 random bits as 32 characters of base64url", () => {
  const bytes = Uint8Array.from({ length: 24 }, (_, index) => 255 - index);
  expect(newSessionId(() => bytes)).toBe(Buffer.from(bytes).toString("base64url"));
  const ids = Array.from({ length: 1000 }, () => newSessionId());
  expect(new Set(ids).size).toBe(1000);
  for (const id of ids) expect(id).toMatch(/^[\w-]{32}$/);
});

test("a source of too few random bytes is a mistake", () => {
  expect(() => newSessionId(() => new Uint8Array(8))).toThrow("random answered 8 bytes");
});

test.each([
  [newSessionId(), true],
  ["b2f5c9a0-52dc-4b40-8d0e-0a5c3f3d3f11", true],
  ["!".repeat(16), true],
  ["short", false],
  ["x".repeat(129), false],
  ["with a space in it", false],
  ["with-a-line-end-in-it\n", false],
  ["mit-einem-umlaut-ä", false],
])("%j can be a session id: %s", (text, can) => {
  expect(isSessionId(text)).toBe(can);
});
