import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { localAuthenticator } from "./authenticator.ts";
import { isSameCaller } from "./caller.ts";
import { userKeyOf } from "./user-key.ts";

test("a user's key is 22 characters of the hash over the issuer's length, the issuer and the subject", () => {
  const bytes = Buffer.concat([Buffer.from([0, 0, 0, 6]), Buffer.from("ä-idpalice")]);
  expect(userKeyOf("ä-idp", "alice")).toBe(
    createHash("sha256").update(bytes).digest("base64url").slice(0, 22),
  );
});

test("no two users share a key, wherever the one text ends and the other begins", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat({ max: 8 }), (issuer, subject, moved) => {
      const both = issuer + subject;
      const other: [string, string] = [both.slice(0, moved), both.slice(moved)];
      const isSame = other[0] === issuer;
      expect(userKeyOf(...other) === userKeyOf(issuer, subject)).toBe(isSame);
      expect(userKeyOf(issuer, subject)).toMatch(/^[\w-]{22}$/);
    }),
  );
});

test("callers are the same when kind and user are", () => {
  const userKey = userKeyOf("i", "a");
  expect(isSameCaller({ kind: "user", userKey }, { kind: "user", userKey })).toBe(true);
  expect(isSameCaller({ kind: "user", userKey }, { kind: "local", userKey })).toBe(false);
  expect(isSameCaller({ kind: "user", userKey }, { kind: "anonymous", userKey: undefined })).toBe(
    false,
  );
});

test("under `local` everybody is the one user of the operating system, whatever they send", () => {
  const authenticator = localAuthenticator("dora");
  const expected = {
    caller: { kind: "local", userKey: userKeyOf("local", "dora") },
    untilMs: Infinity,
  };
  for (const header of [undefined, "Bearer x", "Basic y"])
    expect(authenticator.authenticate(header)).toMatchObject(expected);
});
