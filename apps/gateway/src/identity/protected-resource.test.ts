import * as fc from "fast-check";
import { expect, test } from "vitest";
import { challengeOf, metadataOf, type ProtectedResource } from "./protected-resource.ts";
import { refusal, REFUSAL_REASONS } from "./verdict.ts";

const SITE: ProtectedResource = {
  issuer: "https://idp.example/",
  resource: "https://tools.example.com/mcp",
  scopes: ["openid", "tools:call"],
  requiredScopes: ["tools:call"],
};
const HERE = { host: "127.0.0.1:4483", forwardedProto: undefined };
const EXPIRED = refusal("expired").refusal;

test("a 401 says where to get a token, for what, and why the one given is no good", () => {
  expect(challengeOf(SITE, EXPIRED, HERE)).toBe(
    'Bearer realm="https://idp.example/", ' +
      'resource_metadata="http://127.0.0.1:4483/.well-known/oauth-protected-resource/mcp", ' +
      'scope="openid tools:call", error="invalid_token", ' +
      'error_description="Invalid token: it has expired, or does not say when it will."',
  );
});

test("a 403 names the scopes that are required", () => {
  expect(challengeOf(SITE, refusal("scope").refusal, HERE)).toContain(
    'scope="tools:call", error="insufficient_scope"',
  );
});

test("what is not configured is not in the challenge", () => {
  const bare = { ...SITE, resource: undefined, scopes: [], requiredScopes: [] };
  expect(challengeOf(bare, refusal("no-token").refusal, HERE)).toBe(
    'Bearer realm="https://idp.example/", error="invalid_request", ' +
      'error_description="A bearer token is required in the Authorization header."',
  );
});

const AT = "/.well-known/oauth-protected-resource";

test.each<[host: string | undefined, proto: string | undefined, resource: string, url: string]>([
  ["gw.test:8080", undefined, "https://a.example/mcp", `http://gw.test:8080${AT}/mcp`],
  ["gw.test", "https", "https://a.example/mcp/", `https://gw.test${AT}/mcp`],
  ["gw.test", "javascript", "https://a.example", `http://gw.test${AT}`],
  ["gw.test", "https", "urn:example:tools", `https://gw.test${AT}`],
  ["a.example", undefined, "https://a.example/mcp", `https://a.example${AT}/mcp`],
  ["A.Example", "http", "https://a.example/mcp", `https://a.example${AT}/mcp`],
  ["[::1]:80", undefined, "https://a.example/x?y", `http://[::1]:80${AT}/x`],
  [undefined, undefined, "https://a.example/mcp", `https://a.example${AT}/mcp`],
  ['evil"host', undefined, "https://a.example/mcp", `https://a.example${AT}/mcp`],
  ["evil, Basic realm=x", "https", "https://a.example/mcp", `https://a.example${AT}/mcp`],
])("Host %s and scheme %s for %s lead to %s", (host, forwardedProto, resource, url) => {
  const challenge = challengeOf({ ...SITE, resource }, EXPIRED, { host, forwardedProto });
  expect(challenge).toContain(`resource_metadata="${url}"`);
});

test("whatever a request or the configuration holds, the challenge is one header with whole quotes", () => {
  const text = fc.string({ unit: "binary" });
  const texts = fc.array(text, { maxLength: 4 });
  fc.assert(
    fc.property(
      fc.constantFrom(...REFUSAL_REASONS),
      fc.record({ issuer: text, resource: text, scopes: texts, requiredScopes: texts }),
      fc.record({ host: text, forwardedProto: text }),
      (reason, site, asked) => {
        expect(challengeOf(site, refusal(reason).refusal, asked)).toMatch(
          /^Bearer (?:[a-z_]+="(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"(?:, |$))+$/,
        );
      },
    ),
  );
});

test("the metadata name the resource, its issuer and scopes", () => {
  expect(metadataOf(SITE)).toEqual({
    resource: "https://tools.example.com/mcp",
    authorization_servers: ["https://idp.example/"],
    bearer_methods_supported: ["header"],
    scopes_supported: ["openid", "tools:call"],
  });
  expect(metadataOf({ ...SITE, scopes: [] })).toMatchObject({ scopes_supported: ["openid"] });
  expect(metadataOf({ ...SITE, resource: undefined })).toBeUndefined();
});

test("every refusal tells what is wrong in words that a header can hold", () => {
  for (const reason of REFUSAL_REASONS) {
    const { description, status, error } = refusal(reason).refusal;
    expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]{20,}$/);
    expect(description.startsWith("Invalid token: ")).toBe(error === "invalid_token");
    expect([401, 403, 503]).toContain(status);
  }
});
