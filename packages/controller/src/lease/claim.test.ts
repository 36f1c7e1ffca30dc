import { describe, expect, test } from "vitest";
import { claimOn, heldBy, released, sighted } from "./claim.ts";
import type { Lease, LeaseSpec } from "./lease.ts";

function lease(spec: LeaseSpec, resourceVersion = "1"): Lease {
  return { metadata: { namespace: "n", name: "l", uid: "u", resourceVersion }, spec };
}

const theirs = { holderIdentity: "them", leaseDurationSeconds: 15 };

describe("a lease", () => {
  test.each([
    ["that is not there", undefined],
    ["that nobody holds", lease({})],
    ["that was let go", lease(released(theirs, 0))],
  ])("%s may be taken", (_what, found) => {
    expect(claimOn({ lease: found, sinceMs: 0 }, "us", 0)).toEqual({ step: "take" });
  });

  test("that is ours is renewed, as after a restart under the same name", () => {
    const found = lease({ ...theirs, holderIdentity: "us" });
    expect(claimOn({ lease: found, sinceMs: 0 }, "us", 0)).toEqual({ step: "renew" });
  });

  test("of somebody else is respected for its term, counted from when we saw it change", () => {
    const first = sighted(undefined, lease(theirs, "1"), 1_000);
    expect(claimOn(first, "us", 15_999)).toEqual({ step: "wait", untilMs: 16_000 });
    expect(claimOn(first, "us", 16_000)).toEqual({ step: "take" });
    const renewed = sighted(first, lease(theirs, "2"), 14_000);
    expect(claimOn(renewed, "us", 16_000)).toEqual({ step: "wait", untilMs: 29_000 });
  });

  test("that was not renewed does not become younger by being looked at", () => {
    const first = sighted(undefined, lease(theirs), 1_000);
    expect(sighted(first, lease(theirs), 9_000).sinceMs).toBe(1_000);
  });

  test("without a word of its term is respected for 15 seconds", () => {
    const found = lease({ holderIdentity: "them" });
    expect(claimOn({ lease: found, sinceMs: 0 }, "us", 14_999).step).toBe("wait");
  });
});

test("taking a lease counts one more holder; renewing it does not, and keeps since when", () => {
  const taken = heldBy("us", {
    before: { ...theirs, leaseTransitions: 4 },
    termMs: 15_000,
    wallMs: 0,
  });
  expect(taken).toEqual({
    holderIdentity: "us",
    leaseDurationSeconds: 15,
    acquireTime: "1970-01-01T00:00:00.000000Z",
    renewTime: "1970-01-01T00:00:00.000000Z",
    leaseTransitions: 5,
  });
  expect(heldBy("us", { before: taken, termMs: 15_000, wallMs: 2_000 })).toEqual({
    ...taken,
    renewTime: "1970-01-01T00:00:02.000000Z",
  });
});
