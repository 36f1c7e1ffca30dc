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
