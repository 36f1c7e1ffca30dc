import { GatewayConfig } from "@headgate/api";
import { expect, test } from "vitest";
import { createLog } from "./log.ts";
import { secretsOf } from "./secrets-of.ts";

const config = GatewayConfig.parse({
  backends: [
    {
      name: "search",
      transport: "streamable-http",
      url: "https://search.example/mcp",
      headers: { "X-Trace": "header-canary-1" },
    },
    {
      name: "files",
      transport: "stdio",
      command: "files",
      env: { API_KEY: "variable-canary-1", LANG: "en_GB.UTF-8" },
    },
  ],
  outgoingAuth: {
    source: "inline",
    default: {
      type: "header_injection",
      headerInjection: { headerName: "A", headerValueEnv: "SEARCH_KEY" },
    },
    backends: {
      search: {
        type: "header_injection",
        headerInjection: { headerName: "Authorization", headerValue: "Bearer token-canary-1" },
      },
    },
  },
});

test("headers and variables that sound like a credential are secrets, and other variables are not", () => {
  expect(secretsOf(config, { SEARCH_KEY: "env-canary-1", OTHER: "x" }).toSorted()).toEqual([
    "Bearer token-canary-1",
    "env-canary-1",
    "env-canary-1",
    "header-canary-1",
    "header-canary-1",
    "token-canary-1",
    "variable-canary-1",
    "variable-canary-1",
  ]);
});

test("the secret shown to the issuer of tokens is one, under the name given and that of the reference", () => {
  const oidc = { issuer: "https://i", clientId: "c", audience: "a", clientSecretEnv: "IDP_SECRET" };
  const env = { IDP_SECRET: "idp-canary-1", TOOLHIVE_OIDC_CLIENT_SECRET: "idp-canary-2" };
  const secrets = secretsOf({ incomingAuth: { type: "oidc", oidc } }, env);
  expect(new Set(secrets)).toEqual(new Set(["idp-canary-1", "idp-canary-2"]));
});

test("the passwords of Redis and the keys of what is kept there are secrets, which no configuration holds", () => {
  const env = {
    THV_SESSION_REDIS_PASSWORD: "redis-canary-1",
    THV_SESSION_REDIS_SENTINEL_PASSWORD: "sentinel-canary-1",
    HEADGATE_SESSION_KEY: "key-canary-1",
    HEADGATE_SESSION_PREVIOUS_KEY: "key-canary-2",
  };
  expect(secretsOf({}, env).toSorted()).toEqual(
    Object.values(env)
      .flatMap((x) => [x, x])
      .toSorted(),
  );
});

test("a log that knows the secrets of its configuration shows none of them, whoever repeats them", () => {
  const lines: string[] = [];
  const log = createLog({
    level: "info",
    format: "json",
    secrets: secretsOf(config, { SEARCH_KEY: "env-canary-1" }),
    destination: { write: (line) => lines.push(line) },
  });
  const echoed = "got token-canary-1, env-canary-1, header-canary-1 and variable-canary-1";
  log.warn({ err: new Error(echoed) }, echoed);
  expect(lines.join("")).not.toContain("canary");
});

test("a configuration without backends has no secrets", () => {
  expect(secretsOf({}, {})).toEqual([]);
});
