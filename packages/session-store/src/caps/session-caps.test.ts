import { expect, test } from "vitest";
import { admitToProcess, admitUser, sessionsThatFit, type UserCounts } from "./session-caps.ts";
import { userHash } from "./user-hash.ts";

const MIB = 1024 * 1024;
const caps = { maxPerUser: 3, maxPerUserPerMinute: 2 };
const none: UserCounts = { live: 0, firstEndsInMs: 0, begunThisMinute: 0, minuteEndsInMs: 0 };

test("a process takes as many sessions as it may, and says when to come again", () => {
  expect(admitToProcess({ maxPerProcess: 2 }, 1)).toEqual({ outcome: "admitted" });
  expect(admitToProcess({ maxPerProcess: 2 }, 2)).toEqual({
    outcome: "refused",
    reason: "process-full",
    retryAfterMs: 10_000,
  });
});

test.each([
  [{}, "admitted", undefined],
  [{ live: 2, begunThisMinute: 1 }, "admitted", undefined],
  [{ live: 3, firstEndsInMs: 30_000.2 }, "user-full", 30_001],
  [{ live: 3, firstEndsInMs: 9_000_000 }, "user-full", 60_000],
  [{ live: 3, firstEndsInMs: -5 }, "user-full", 1000],
  [{ begunThisMinute: 2, minuteEndsInMs: 12_000 }, "user-too-fast", 12_000],
])("a user with %o: %s", (counts, expected, retryAfterMs) => {
  const admission = admitUser(caps, { ...none, ...counts });
  const isRefused = admission.outcome === "refused";
  expect(isRefused ? admission.reason : admission.outcome).toBe(expected);
  expect(isRefused ? admission.retryAfterMs : undefined).toBe(retryAfterMs);
});

test.each([
  [512 * MIB, 12_288],
  [2048 * MIB, 61_440],
  [64 * MIB, 1000],
])("in %i bytes fit %i sessions", (bytes, sessions) => {
  expect(sessionsThatFit(bytes)).toBe(sessions);
});

test("a user's hash tells nothing, is stable, and no other issuer and subject have it", () => {
  expect(userHash("https://issuer.example", "ann")).toBe(userHash("https://issuer.example", "ann"));
  expect(userHash("https://issuer.example", "ann")).toMatch(/^[\w-]{22}$/);
  const hashes = [
    userHash("ab", "c"),
    userHash("a", "bc"),
    userHash("", "abc"),
    userHash("abc", ""),
  ];
  expect(new Set(hashes).size).toBe(4);
});
