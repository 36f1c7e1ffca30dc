import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AUDIENCE, IdpRig, newKey, outcomeOf, verdictOn } from "../../test/idp-rig.ts";
import type { SigningKey } from "../../test/idp-rig.ts";
import { userKeyOf } from "./user-key.ts";
import type { Verdict } from "./verdict.ts";

let rig: IdpRig;
let key: SigningKey;

beforeEach(async () => {
  rig = new IdpRig();
  await rig.start();
  key = await newKey("ES256");
  rig.keys = [key];
});

afterEach(() => rig.stop());

const userOf = (verdict: Verdict): string | undefined =>
  verdict.refusal === undefined ? verdict.caller.userKey : undefined;

/** Long enough for keys to be looked for again. */
const REST_MS = 10_000;

describe("a signed token", () => {
  const ALGORITHMS = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519";

  test.each(ALGORITHMS.split(" "))("may be signed with %s", async (algorithm) => {
    const own = await newKey(algorithm);
    rig.keys = [key, own];
    expect(await outcomeOf(rig.gateWith(), await rig.token(own))).toBe("allowed");
  });

  test("is of the user that issuer and subject make, and of no other", async () => {
    const gate = rig.gateWith();
    const verdict = await verdictOn(gate, await rig.token(key));
    expect(verdict).toMatchObject({
      caller: { kind: "user", userKey: userKeyOf(rig.issuer, "alice") },
      untilMs: (Math.floor(rig.wallMs / 1000) + 300) * 1000 + 30_000,
    });
    const again = await verdictOn(gate, await rig.token(key, { jti: "another" }));
    expect(userOf(again)).toBe(userOf(verdict));
    expect(userOf(await verdictOn(gate, await rig.token(key, { sub: "bob" })))).not.toBe(
      userOf(verdict),
    );
  });

  test("may have a slash at the end of its issuer where the configuration has none, and the reverse", async () => {
    const slashed = await rig.token(key, { iss: `${rig.issuer}/` });
    const plain = await rig.token(key);
    const gates = [rig.gateWith(), rig.gateWith({ issuer: `${rig.issuer}/` })];
    const users = [];
    for (const gate of gates)
      for (const token of [slashed, plain]) users.push(userOf(await verdictOn(gate, token)));
    expect(new Set(users)).toEqual(new Set([userKeyOf(rig.issuer, "alice")]));
  });

  test("may be for several audiences, be typed, and be off by the clock skew", async () => {
    const gate = rig.gateWith();
    const nowSeconds = Math.floor(rig.wallMs / 1000);
    for (const claims of [
      { aud: ["other", AUDIENCE] },
      { exp: nowSeconds - 29 },
      { nbf: nowSeconds + 29, iat: nowSeconds + 29 },
    ])
      expect(await outcomeOf(gate, await rig.token(key, claims))).toBe("allowed");
    for (const typ of ["JWT", "at+jwt", "application/at+jwt"])
      expect(await outcomeOf(gate, await rig.token(key, {}, { typ }))).toBe("allowed");
  });

  test("is judged at once when it was seen before, until it ends", async () => {
    const gate = rig.gateWith();
    const token = await rig.token(key);
    expect(await outcomeOf(gate, token)).toBe("allowed");
    rig.wallMs += 329_000;
    expect(gate.authenticator.authenticate(`Bearer ${token}`)).not.toBeInstanceOf(Promise);
    expect(await outcomeOf(gate, token)).toBe("allowed");
    rig.wallMs += 1_000;
    expect(await outcomeOf(gate, token)).toBe("401 expired");
  });

  test("that comes with many requests at once is checked once, and costs one fetch of keys", async () => {
    const gate = rig.gateWith();
    const token = await rig.token(key);
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => verdictOn(gate, token)));
    expect(new Set(verdicts).size).toBe(1);
    expect(rig.asked).toEqual(["/.well-known/openid-configuration", "/keys"]);
  });

  test("needs no discovery when the place of the keys is configured", async () => {
    const gate = rig.gateWith({ jwksUrl: `${rig.issuer}/keys` });
    expect(await outcomeOf(gate, await rig.token(key))).toBe("allowed");
    expect(rig.asked).toEqual(["/keys"]);
  });
});

describe("a token without the name of its key", () => {
  test("is tried with every key that fits", async () => {
    rig.keys = [await newKey("ES256", "a"), key, await newKey("RS256", "b")];
    const token = await rig.token({ ...key, jwk: {} });
    expect(await outcomeOf(rig.gateWith(), token)).toBe("allowed");
  });

  test("makes the gateway look for new keys when none fits, and is refused when none does then", async () => {
    const gate = rig.gateWith();
    expect(await outcomeOf(gate, await rig.token(key))).toBe("allowed");
    const next = await newKey("ES256", "");
    rig.monotonicMs += REST_MS;
    expect(await outcomeOf(gate, await rig.token(next))).toBe("401 unknown-key");
    rig.keys = [next];
    rig.monotonicMs += REST_MS;
    expect(await outcomeOf(gate, await rig.token(next))).toBe("allowed");
  });
});

describe("keys", () => {
  test("that are new are fetched when a token names them", async () => {
    const gate = rig.gateWith();
    expect(await outcomeOf(gate, await rig.token(key))).toBe("allowed");
    const next = await newKey("RS256", "next");
    rig.keys = [key, next];
    expect(await outcomeOf(gate, await rig.token(next))).toBe("allowed");
    expect(rig.keyRequests).toBe(2);
  });

  test("that nobody knows are looked for once in ten seconds, however many tokens name them", async () => {
    const gate = rig.gateWith();
    expect(await outcomeOf(gate, await rig.token(key))).toBe("allowed");
    for (let round = 1; round <= 3; round++) {
      rig.monotonicMs += REST_MS;
      const tokens = await Promise.all(
        Array.from({ length: 50 }, (_, n) => rig.token(key, {}, { kid: `made-up-${round}-${n}` })),
      );
      const outcomes = await Promise.all(tokens.map((token) => outcomeOf(gate, token)));
      expect(new Set(outcomes)).toEqual(new Set(["401 unknown-key"]));
      expect(rig.keyRequests).toBe(1 + round);
    }
  });

  test("that were withdrawn are noticed after five minutes, also for tokens seen before", async () => {
    const gate = rig.gateWith();
    const token = await rig.token(key, { exp: Math.floor(rig.wallMs / 1000) + 3_600 });
    expect(await outcomeOf(gate, token)).toBe("allowed");
    rig.keys = [await newKey("ES256", "next")];
    rig.monotonicMs += 5 * 60_000;
    expect(await outcomeOf(gate, token)).toBe("allowed");
    await expect.poll(() => outcomeOf(gate, token)).toBe("401 unknown-key");
  });

  test("that did not change leave tokens remembered", async () => {
    const gate = rig.gateWith();
    const token = await rig.token(key, { exp: Math.floor(rig.wallMs / 1000) + 3_600 });
    await outcomeOf(gate, token);
    rig.monotonicMs += 5 * 60_000;
    await outcomeOf(gate, token);
    await expect.poll(() => gate.keys().ageMs).toBe(0);
    expect(gate.remembered()).toEqual({ admitted: 1, refused: 0 });
  });

  test("for both sides, private keys and keys in no form are left out", async () => {
    const jwks = [
      { kty: "oct", k: "c2VjcmV0", kid: "s" },
      { ...key.jwk, kid: "private", d: "AAAA" },
      { kty: "EC", kid: "broken", crv: "P-256", x: "?", y: 7 },
      { kty: "RSA", kid: "odd", key_ops: "verify", n: {}, e: [] },
      key.jwk,
    ];
    rig.jwks = JSON.stringify({ keys: jwks });
    const gate = rig.gateWith();
    expect(await outcomeOf(gate, await rig.token(key))).toBe("allowed");
    expect(await outcomeOf(gate, await rig.token(key, {}, { kid: "private" }))).toBe(
      "401 unknown-key",
    );
    expect(await outcomeOf(gate, await rig.token(key, {}, { kid: "broken" }))).toBe(
      "401 signature",
    );
  });

  test.each(["", "null", "[]", "{}", '{"keys":[]}', '{"keys":{}}', '{"keys":[1]}', "<html>"])(
    "read from %j leave the known ones in place",
    async (jwks) => {
      const gate = rig.gateWith();
      expect(await outcomeOf(gate, await rig.token(key))).toBe("allowed");
      rig.jwks = jwks;
      rig.monotonicMs += 5 * 60_000;
      expect(await outcomeOf(gate, await rig.token(key, { jti: 1 }))).toBe("allowed");
      await expect.poll(() => rig.faults.length).toBe(1);
      expect(await outcomeOf(gate, await rig.token(key, { jti: 2 }))).toBe("allowed");
    },
  );

  test("are not looked for where another issuer says", async () => {
    rig.discovery = { issuer: "https://evil.example" };
    expect(await outcomeOf(rig.gateWith(), await rig.token(key))).toBe("503 unavailable");
    expect(rig.faults).toEqual(["discovery unusable"]);
    expect(rig.keyRequests).toBe(0);
  });
});

describe("while the issuer is away", () => {
  test("tokens signed with known keys are let in, new ones and such that were seen", async () => {
    const gate = rig.gateWith();
    const seen = await rig.token(key);
    expect(await outcomeOf(gate, seen)).toBe("allowed");
    rig.status = 500;
    rig.monotonicMs += 5 * 60_000;
    for (let n = 0; n < 5; n++) {
      rig.monotonicMs += 31_000;
      expect(await outcomeOf(gate, seen)).toBe("allowed");
      expect(await outcomeOf(gate, await rig.token(key, { jti: n }))).toBe("allowed");
    }
  });

  test("a token that could be right gets 503 and when to come back; a wrong one 401 as ever", async () => {
    rig.status = 503;
    const gate = rig.gateWith();
    const token = await rig.token(key);
    const { refusal } = await verdictOn(gate, token);
    expect(refusal).toMatchObject({ status: 503, reason: "unavailable", retryAfterSeconds: 1 });
    expect(await outcomeOf(gate, await rig.token(key, { aud: "other" }))).toBe("401 audience");
    rig.status = 200;
    rig.monotonicMs += 1_000;
    expect(await outcomeOf(gate, token)).toBe("503 unavailable");
    await expect.poll(() => outcomeOf(gate, token)).toBe("allowed");
  });

  test("it is asked ever more rarely, and nobody waits for it", async () => {
    rig.status = 500;
    const gate = rig.gateWith();
    const token = await rig.token(key);
    await outcomeOf(gate, token);
    let release = (): void => undefined;
    rig.gate = new Promise((resolve) => (release = resolve));
    const asked: number[] = [];
    for (let second = 0; second < 60; second++) {
      rig.monotonicMs += 1_000;
      const before = rig.asked.length;
      for (let n = 0; n < 20; n++) expect(await outcomeOf(gate, token)).toBe("503 unavailable");
      asked.push(rig.asked.length - before);
    }
    // It hangs, so one request is under way all the time.
    await expect.poll(() => rig.asked.length).toBe(2);
    release();
    expect(asked.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(1);
  });

  test("hanging, it holds up the first requests for three seconds at most", async () => {
    let release = (): void => undefined;
    rig.gate = new Promise((resolve) => (release = resolve));
    const gate = rig.gateWith();
    const startedMs = performance.now();
    const tokens = await Promise.all([1, 2, 3].map((jti) => rig.token(key, { jti })));
    const outcomes = await Promise.all(tokens.map((token) => outcomeOf(gate, token)));
    expect(outcomes).toEqual(Array.from({ length: 3 }, () => "503 unavailable"));
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    release();
  });

  test("a name of a key that nobody knows gets 503, as it could be a new one", async () => {
    const gate = rig.gateWith();
    expect(await outcomeOf(gate, await rig.token(key))).toBe("allowed");
    rig.status = 500;
    rig.monotonicMs += REST_MS;
    const token = await rig.token(key, {}, { kid: "new" });
    expect(await outcomeOf(gate, token)).toBe("503 unavailable");
  });
});

describe("scopes", () => {
  test.each<[claims: Record<string, unknown>, outcome: string]>([
    [{ scope: "read call more" }, "allowed"],
    [{ scope: ["read", "call"] }, "allowed"],
    [{ scp: ["read", "call"] }, "allowed"],
    [{ scp: "call read" }, "allowed"],
    [{ scope: "read" }, "403 scope"],
    [{ scope: "readcall" }, "403 scope"],
    [{ scope: 7 }, "403 scope"],
    [{}, "403 scope"],
  ])("that are required: %j is %s", async (claims, outcome) => {
    const gate = rig.gateWith({ requiredScopes: ["read", "call"] });
    const token = await rig.token(key, claims);
    expect(await outcomeOf(gate, token)).toBe(outcome);
    expect(gate.authenticator.authenticate(`Bearer ${token}`)).not.toBeInstanceOf(Promise);
    expect(await outcomeOf(gate, token)).toBe(outcome);
  });

  test("are not looked at before the signature", async () => {
    const gate = rig.gateWith({ requiredScopes: ["read"] });
    expect(await outcomeOf(gate, await rig.token(await newKey("ES256")))).toBe("401 signature");
  });
});
