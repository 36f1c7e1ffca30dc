import { afterEach, beforeEach, expect, test } from "vitest";
import { AUDIENCE, IdpRig, newKey, outcomeOf, verdictOn } from "../../test/idp-rig.ts";
import type { OidcGate, OidcSettings } from "./oidc.ts";
import { userKeyOf } from "./user-key.ts";

let rig: IdpRig;

beforeEach(async () => {
  rig = new IdpRig();
  await rig.start();
  rig.keys = [await newKey("ES256")];
});

afterEach(() => rig.stop());

const introspecting = (settings: Partial<OidcSettings> = {}): OidcGate =>
  rig.gateWith({
    introspectionUrl: `${rig.issuer}/introspect`,
    credentials: { id: "gate way", secret: "s:c/r+t %" },
    ...settings,
  });

test("an opaque token is asked about once a minute, with the gateway's own credentials", async () => {
  rig.opaque.set("abc", { active: true, sub: "alice" });
  const gate = introspecting();
  const verdict = await verdictOn(gate, "abc");
  expect(verdict).toMatchObject({ caller: { userKey: userKeyOf(rig.issuer, "alice") } });
  for (let n = 0; n < 5; n++) expect(await outcomeOf(gate, "abc")).toBe("allowed");
  expect(rig.introspected).toHaveLength(1);
  const [{ authorization, form } = { authorization: "", form: new URLSearchParams() }] =
    rig.introspected;
  expect(authorization).toBe(
    `Basic ${Buffer.from("gate+way:s%3Ac%2Fr%2Bt+%25").toString("base64")}`,
  );
  expect([...form]).toEqual([
    ["token", "abc"],
    ["token_type_hint", "access_token"],
  ]);
  rig.wallMs += 60_000;
  expect(await outcomeOf(gate, "abc")).toBe("allowed");
  expect(rig.introspected).toHaveLength(2);
});

test("what is remembered never outlives the token, and neither does a stream opened with it", async () => {
  const endSeconds = Math.floor(rig.wallMs / 1000) + 20;
  rig.opaque.set("short", { active: true, sub: "alice", exp: endSeconds });
  const gate = introspecting({ clockSkewMs: 0 });
  expect(await verdictOn(gate, "short")).toMatchObject({ untilMs: endSeconds * 1000 });
  rig.wallMs += 20_000;
  expect(await outcomeOf(gate, "short")).toBe("401 expired");
  rig.opaque.set("endless", { active: true, sub: "alice" });
  expect(await verdictOn(gate, "endless")).toMatchObject({ untilMs: rig.wallMs + 3_600_000 });
});

test.each<[what: string, said: Record<string, unknown>, outcome: string]>([
  ["that is not active", { active: false, sub: "alice" }, "401 inactive"],
  ["of nobody", { active: true }, "401 subject"],
  ["of another issuer", { active: true, sub: "a", iss: "https://evil.example" }, "401 issuer"],
  ["for another audience", { active: true, sub: "a", aud: "other" }, "401 audience"],
  ["that has expired", { active: true, sub: "a", exp: 1 }, "401 expired"],
  ["from the future", { active: true, sub: "a", nbf: 9_999_999_999 }, "401 not-yet-valid"],
  ["bound to a key", { active: true, sub: "a", token_type: "DPoP" }, "401 token-type"],
  ["to refresh others", { active: true, sub: "a", token_use: "refresh_token" }, "401 token-type"],
  ["without a scope", { active: true, sub: "a", scope: "other" }, "403 scope"],
  ["with everything", { active: true, sub: "a", scope: "read", aud: [AUDIENCE] }, "allowed"],
  [
    "that says its type",
    { active: true, sub: "a", scope: "read", token_type: "bearer" },
    "allowed",
  ],
])("an opaque token %s is judged as a signed one", async (_, said, outcome) => {
  rig.opaque.set("t", said);
  const gate = introspecting({ requiredScopes: ["read"] });
  expect(await outcomeOf(gate, "t")).toBe(outcome);
  expect(await outcomeOf(gate, "t")).toBe(outcome);
  expect(rig.introspected).toHaveLength(1);
});

test("a token that was refused is looked at again after half a minute", async () => {
  const gate = introspecting();
  expect(await outcomeOf(gate, "late")).toBe("401 inactive");
  rig.opaque.set("late", { active: true, sub: "alice" });
  rig.wallMs += 29_000;
  expect(await outcomeOf(gate, "late")).toBe("401 inactive");
  rig.wallMs += 1_000;
  expect(await outcomeOf(gate, "late")).toBe("allowed");
});

test("many requests with one new token cost one question", async () => {
  rig.opaque.set("abc", { active: true, sub: "alice" });
  const gate = introspecting();
  await Promise.all(Array.from({ length: 50 }, () => verdictOn(gate, "abc")));
  expect(rig.introspected).toHaveLength(1);
});

test("of many different tokens at once only so many are asked about; the others come back later", async () => {
  let release = (): void => undefined;
  rig.gate = new Promise((resolve) => (release = resolve));
  const gate = introspecting();
  const outcomes = Array.from({ length: 200 }, (_, n) => outcomeOf(gate, `flood${n}`));
  const refused = await Promise.all(outcomes.slice(64));
  expect(new Set(refused)).toEqual(new Set(["503 unavailable"]));
  release();
  expect(new Set(await Promise.all(outcomes.slice(0, 64)))).toEqual(new Set(["401 inactive"]));
});

test("an issuer that fails is left alone after three failures, and found again by one request", async () => {
  const gate = introspecting();
  rig.opaque.set("abc", { active: true, sub: "alice" });
  expect(await outcomeOf(gate, "abc")).toBe("allowed");
  rig.status = 500;
  for (let n = 0; n < 20; n++) expect(await outcomeOf(gate, `t${n}`)).toBe("503 unavailable");
  expect(rig.introspected).toHaveLength(1 + 3);
  expect(await outcomeOf(gate, "abc")).toBe("allowed");
  expect((await verdictOn(gate, "t")).refusal?.retryAfterSeconds).toBe(4);
  rig.status = 200;
  rig.monotonicMs += 4_000;
  const outcomes = await Promise.all(["x", "y", "z"].map((token) => outcomeOf(gate, token)));
  expect(outcomes).toEqual(["401 inactive", "503 unavailable", "503 unavailable"]);
  expect(await outcomeOf(gate, "y")).toBe("401 inactive");
});

test.each(["a b", "ä", '"', "a,b"])("%j can be no token, and nobody is asked", async (token) => {
  expect(await outcomeOf(introspecting(), token)).toBe("401 malformed");
  expect(rig.introspected).toHaveLength(0);
});

test("signed tokens are never shown to the issuer", async () => {
  const gate = introspecting();
  const [key] = rig.keys;
  if (key === undefined) throw new Error("no key");
  expect(await outcomeOf(gate, await rig.token(key))).toBe("allowed");
  expect(await outcomeOf(gate, await rig.token(key, { exp: 1 }))).toBe("401 expired");
  expect(rig.introspected).toHaveLength(0);
});
