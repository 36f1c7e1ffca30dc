import { describe, expect, test } from "vitest";
import { pathText } from "../problem.ts";
import { incomingAuthRules } from "./incoming-auth.ts";

const SOUND = { issuer: "https://idp.example/realms/a", clientId: "gateway", audience: "tools" };
const SECRETS = { IDP_SECRET: "hunter2-hunter2", EMPTY: "" };

function told(incomingAuth: object, env: Record<string, string> = SECRETS): string[] {
  return incomingAuthRules({ incomingAuth }, env).map(
    ({ severity, path, message }) => `${severity} ${pathText(path)} ${message}`,
  );
}

const oidc = (more: object): string[] => told({ type: "oidc", oidc: { ...SOUND, ...more } });

test.each([
  { type: "anonymous" },
  { type: "local" },
  { type: "oidc", oidc: SOUND },
  {
    type: "oidc",
    oidc: {
      ...SOUND,
      clientSecretEnv: "IDP_SECRET",
      resource: "https://tools.example.com/mcp",
      jwksUrl: "https://idp.example/keys?v=1",
      introspectionUrl: "https://idp.example/introspect",
      scopes: ["openid", "https://api.example/read"],
      requiredScopes: ["tools:call"],
      clockSkew: "5m",
      caBundlePath: "/etc/idp/ca.pem",
    },
  },
])("%j is sound", (incomingAuth) => {
  expect(told(incomingAuth)).toEqual([]);
});

describe("a block that is told to be wrong", () => {
  test.each<[object, string]>([
    [{ type: "odic" }, "error incomingAuth.type must be one of oidc, local, anonymous"],
    [{ type: "oidc" }, "error incomingAuth.oidc is missing"],
    [
      { type: "anonymous", oidc: SOUND },
      "error incomingAuth.oidc does not belong to `type: anonymous`",
    ],
    [{ type: "local", oidc: SOUND }, "error incomingAuth.oidc does not belong to `type: local`"],
  ])("%j", (incomingAuth, expected) => {
    expect(told(incomingAuth)).toEqual([expect.stringContaining(expected)]);
  });

  test.each<[more: object, expected: string]>([
    [{ issuer: "http://idp.example" }, "error incomingAuth.oidc.issuer must be https"],
    [{ issuer: "https://" }, "error incomingAuth.oidc.issuer is not a valid web address"],
    [
      { issuer: "https://a:b@idp.example" },
      "error incomingAuth.oidc.issuer must not hold credentials",
    ],
    [{ issuer: "https://idp.example?x" }, "error incomingAuth.oidc.issuer must not have a query"],
    [
      { issuer: "https://idp.example#x" },
      "error incomingAuth.oidc.issuer must not have a fragment",
    ],
    [{ jwksUrl: "http://idp.example/keys" }, "error incomingAuth.oidc.jwksUrl must be https"],
    [{ jwksUrl: "file:///keys" }, "error incomingAuth.oidc.jwksUrl is not a valid web address"],
    [{ audience: " " }, "error incomingAuth.oidc.audience must not be empty"],
    [{ resource: "tools" }, "error incomingAuth.oidc.resource must be an absolute address"],
    [
      { resource: "https://a.example/#x" },
      "error incomingAuth.oidc.resource must be an absolute address",
    ],
    [{ scopes: ["a b"] }, "error incomingAuth.oidc.scopes[0] is not a scope"],
    [{ requiredScopes: ["a", '"'] }, "error incomingAuth.oidc.requiredScopes[1] is not a scope"],
    [
      { scopes: Array.from({ length: 101 }, () => "a") },
      "error incomingAuth.oidc.scopes must have at most 100",
    ],
    [{ clockSkew: "5m1s" }, "error incomingAuth.oidc.clockSkew must be at most 5m"],
    [{ caBundlePath: "ca.pem" }, "error incomingAuth.oidc.caBundlePath must be an absolute path"],
    [
      { caBundlePath: "/etc/../ca.pem" },
      "error incomingAuth.oidc.caBundlePath must not have .. in it",
    ],
    [
      { introspectionUrl: "https://idp.example/i", clientSecretEnv: "NO_SUCH" },
      "error incomingAuth.oidc.clientSecretEnv names the environment variable NO_SUCH, which is not set",
    ],
    [
      { introspectionUrl: "https://idp.example/i", clientSecretEnv: "EMPTY" },
      "error incomingAuth.oidc.clientSecretEnv names the environment variable EMPTY",
    ],
    [
      { introspectionUrl: "https://idp.example/i", clientSecretEnv: "IDP_SECRET", clientId: "" },
      "error incomingAuth.oidc.clientId must not be empty",
    ],
    [
      { introspectionUrl: "https://idp.example/i" },
      "warning incomingAuth.oidc.introspectionUrl asks without credentials",
    ],
    [
      { issuer: "http://idp.example", insecureAllowHttp: true },
      "warning incomingAuth.oidc.insecureAllowHttp lets tokens and keys travel unprotected",
    ],
  ])("%j", (more, expected) => {
    expect(oidc(more)).toEqual([expect.stringContaining(expected)]);
  });
});

test("a secret written where the name of its variable belongs is not repeated", () => {
  const [message = ""] = oidc({
    introspectionUrl: "https://idp.example/i",
    clientSecretEnv: "s3cr3t-v4lue",
  });
  expect(message).toContain("names a variable, which is not set");
  expect(message).not.toContain("s3cr3t");
});

test("the variable that the reference reads is good enough", () => {
  const incomingAuth = {
    type: "oidc",
    oidc: { ...SOUND, introspectionUrl: "https://idp.example/i", clientSecretEnv: "NO_SUCH" },
  };
  expect(told(incomingAuth, { TOOLHIVE_OIDC_CLIENT_SECRET: "hunter2-hunter2" })).toEqual([]);
});

test("a clock skew is no reason to fail while it has no right form", () => {
  expect(oidc({ clockSkew: undefined, audience: undefined, issuer: undefined })).toEqual([]);
});
