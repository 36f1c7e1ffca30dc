import { SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AUDIENCE, IdpRig, newKey, outcomeOf, type SigningKey } from "../../test/idp-rig.ts";
import type { OidcGate } from "./oidc.ts";

const rig = new IdpRig();
let key: SigningKey;
let gate: OidcGate;

beforeAll(async () => {
  await rig.start();
  key = await newKey("RS256", "k1");
  rig.keys = [key];
  gate = rig.gateWith();
});

afterAll(() => rig.stop());

const part = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

const now = (): number => Math.floor(rig.wallMs / 1000);

async function resigned(header: unknown, claims: unknown): Promise<string> {
  const [, , signature = ""] = (await rig.token(key)).split(".");
  return `${part(header)}.${part(claims)}.${signature}`;
}

async function hmac(secret: string): Promise<string> {
  return new SignJWT(rig.claims())
    .setProtectedHeader({ alg: "HS256", kid: "k1" })
    .sign(new TextEncoder().encode(secret));
}

test("a token that is right in every way is let in", async () => {
  expect(await outcomeOf(gate, await rig.token(key))).toBe("allowed");
});

const CLAIMS: [what: string, claims: Record<string, unknown>, outcome: string][] = [
  ["of another issuer", { iss: "https://evil.example" }, "401 issuer"],
  ["of an issuer with a longer name", { iss: "http://127.0.0.1:1/x" }, "401 issuer"],
  ["of no issuer", { iss: undefined }, "401 issuer"],
  ["whose issuer is no text", { iss: { toString: "x" } }, "401 issuer"],
  ["for another audience", { aud: "https://other.example" }, "401 audience"],
  ["for other audiences", { aud: ["a", "b"] }, "401 audience"],
  ["for no audience", { aud: undefined }, "401 audience"],
  ["for an audience that only contains ours", { aud: `${AUDIENCE}/x` }, "401 audience"],
  ["for audiences within audiences", { aud: [[AUDIENCE]] }, "401 audience"],
  ["that has expired", { exp: now() - 60 }, "401 expired"],
  ["that never expires", { exp: undefined }, "401 expired"],
  ["that expires at a text", { exp: "99999999999" }, "401 expired"],
  ["that expires at null", { exp: null }, "401 expired"],
  ["that is not valid yet", { nbf: now() + 60 }, "401 not-yet-valid"],
  ["that is yet to be issued", { iat: now() + 60 }, "401 not-yet-valid"],
  ["that is valid from a text on", { nbf: "soon" }, "401 malformed"],
  ["of nobody", { sub: undefined }, "401 subject"],
  ["of an empty subject", { sub: "" }, "401 subject"],
  ["of a number", { sub: 7 }, "401 subject"],
  ["of a subject with a NUL", { sub: "alice\0bob" }, "401 subject"],
  ["of a very long subject", { sub: "a".repeat(1_025) }, "401 subject"],
];

test.each(CLAIMS)("a token %s is refused", async (_, claims, outcome) => {
  expect(await outcomeOf(gate, await rig.token(key, claims))).toBe(outcome);
});

const HEADERS: [what: string, header: Record<string, unknown>, outcome: string][] = [
  ["names a key that is not published", { kid: "k2" }, "401 unknown-key"],
  ["names a path as its key", { kid: "../../../dev/null" }, "401 unknown-key"],
  ["names a query as its key", { kid: "' OR 1=1 --" }, "401 unknown-key"],
  ["names an empty key", { kid: "" }, "401 unknown-key"],
  ["has a very long name of a key", { kid: "k".repeat(8_000) }, "401 unknown-key"],
  ["is a logout token", { typ: "logout+jwt" }, "401 token-type"],
  ["is a proof of possession", { typ: "application/dpop+jwt" }, "401 token-type"],
];

test.each(HEADERS)("a token that %s is refused", async (_, header, outcome) => {
  expect(await outcomeOf(gate, await rig.token(key, {}, header))).toBe(outcome);
});

const FORGED: [what: string, header: Record<string, unknown>, outcome: string][] = [
  ["signed by nobody", { alg: "none", kid: "k1" }, "401 algorithm"],
  ["signed by nobody, in capitals", { alg: "NONE", kid: "k1" }, "401 algorithm"],
  ["with an algorithm that is a number", { alg: 1, kid: "k1" }, "401 algorithm"],
  ["with an algorithm nobody knows", { alg: "XX999", kid: "k1" }, "401 algorithm"],
  ["with the name of a method as algorithm", { alg: "constructor", kid: "k1" }, "401 algorithm"],
  ["without an algorithm", { kid: "k1" }, "401 algorithm"],
  ["with a number as key", { alg: "RS256", kid: 1 }, "401 malformed"],
  ["with an object as key", { alg: "RS256", kid: { a: 1 } }, "401 malformed"],
  ["with something critical", { alg: "RS256", kid: "k1", crit: ["exp"] }, "401 malformed"],
  ["with an empty list of the critical", { alg: "RS256", kid: "k1", crit: [] }, "401 malformed"],
  ["unencoded", { alg: "RS256", kid: "k1", b64: false }, "401 signature"],
  ["for another header", { alg: "RS256", kid: "k1", x: 1 }, "401 signature"],
  ["with the key's algorithm changed", { alg: "RS384", kid: "k1" }, "401 signature"],
  ["with an algorithm for other keys", { alg: "ES256", kid: "k1" }, "401 unknown-key"],
];

test.each(FORGED)("a token %s is refused", async (_, header, outcome) => {
  expect(await outcomeOf(gate, await resigned(header, rig.claims()))).toBe(outcome);
});

test.each(["jwk", "jku", "x5u", "x5c"])(
  "a token that brings its own key in %s is refused, and nobody is asked there",
  async (name) => {
    const own = await newKey("RS256", "k1");
    const jwk = { ...own.jwk };
    const values = { jwk, jku: `${rig.issuer}/own`, x5u: `${rig.issuer}/own`, x5c: ["AAAA"] };
    const header = { [name]: values[name as keyof typeof values] };
    expect(await outcomeOf(gate, await rig.token(own, {}, header))).toBe("401 signature");
    expect(rig.asked).not.toContain("/own");
  },
);

test("a token signed with another key under the same name is refused", async () => {
  const other = await newKey("RS256", "k1");
  expect(await outcomeOf(gate, await rig.token(other))).toBe("401 signature");
});

test("a token signed with the public key as if it were a password is refused", async () => {
  const secrets = [JSON.stringify(key.jwk), String(key.jwk.n)];
  for (const secret of secrets)
    expect(await outcomeOf(gate, await hmac(secret))).toBe("401 algorithm");
});

test("a changed token is refused, whichever part was changed", async () => {
  const [header = "", claims = "", signature = ""] = (await rig.token(key)).split(".");
  const others = await resigned({ alg: "RS256", kid: "k1" }, rig.claims({ sub: "bob" }));
  const cut = `${header}.${claims}.${signature.slice(0, -4)}`;
  const swapped = `${header}.${claims}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
  for (const token of [others, cut, swapped, `${header}.${claims}.`])
    expect(await outcomeOf(gate, token)).toBe("401 signature");
});

const TEXTS: [what: string, text: string][] = [
  ["one letter", "x"],
  ["dots", "..."],
  ["two dots", ".."],
  ["one part", "abc"],
  ["two parts", "abc.def"],
  ["four parts", "a.b.c.d"],
  ["five parts, encrypted", "a.b.c.d.e"],
  ["characters of no token", "a b"],
  ["quotes", '"><script>'],
  ["a header that is no JSON", `${part("{")}.${part({})}.AAAA`],
  ["a header that is a list", `${part([])}.${part({})}.AAAA`],
  ["a header that is null", `${part("null")}.${part({})}.AAAA`],
  ["claims that are no JSON", `${part({ alg: "RS256", kid: "k1" })}.${part("{")}.AAAA`],
  ["claims that are a list", `${part({ alg: "RS256", kid: "k1" })}.${part([])}.AAAA`],
  [
    "claims that are no UTF-8",
    `${part({ alg: "RS256" })}.${Buffer.from([0xff]).toString("base64url")}.AA`,
  ],
  ["nothing but a header", `${part({ alg: "RS256", kid: "k1" })}..`],
  ["a huge text", "a".repeat(20_000)],
  ["a huge token", `${part({ alg: "RS256" })}.${"a".repeat(20_000)}.AAAA`],
  ["deep nesting", `${part({ alg: "RS256" })}.${part("[".repeat(5_000))}.AAAA`],
];

test.each(TEXTS)("%s is no token, and refused", async (_, text) => {
  expect(await outcomeOf(gate, text)).toBe("401 malformed");
});

test("nobody is asked about tokens that are wrong in themselves", async () => {
  const before = rig.asked.length;
  const fresh = rig.gateWith();
  for (const [, claims] of CLAIMS) await outcomeOf(fresh, await rig.token(key, claims));
  for (const [, text] of TEXTS) await outcomeOf(fresh, text);
  const asked = new Set(rig.asked.slice(before));
  // The keys are fetched once beforehand, whatever comes.
  expect([...asked]).toEqual(["/.well-known/openid-configuration", "/keys"]);
  expect(rig.asked.length - before).toBeLessThanOrEqual(2);
});
