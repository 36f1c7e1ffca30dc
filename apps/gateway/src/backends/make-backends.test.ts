import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { GatewayConfig, type GatewayConfigInput } from "@headgate/api";
import { afterEach, describe, expect, test } from "vitest";
import { profileOf } from "./backend.fixture.ts";
import { makeBackends } from "./make-backends.ts";
import type { Backend, Inbound } from "./port.ts";

const nobody: Inbound = {
  message: () => undefined,
  reopened: () => undefined,
  closed: () => undefined,
};

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function made(
  backends: Record<string, unknown>[],
  more: Partial<GatewayConfigInput> = {},
  env: Record<string, string> = {},
): Map<string, Backend> {
  const config = GatewayConfig.parse({
    name: "test",
    groupRef: "test",
    incomingAuth: { type: "anonymous" },
    outgoingAuth: { source: "inline", default: { type: "unauthenticated" } },
    aggregation: { conflictResolution: "prefix" },
    ...more,
    backends,
  });
  const all = makeBackends(config, {
    clientInfo: '{"name":"headgate","version":"0"}',
    env,
    slots: { used: 0, max: 4 },
    childIdleMs: 1_000,
    maxConnectionsPerBackend: 8,
    now: () => Date.now(),
    random: Math.random,
    newId: () => "id",
    childEvent: () => undefined,
    garbage: () => undefined,
  });
  cleanups.push(() => Promise.all([...all.values()].map((backend) => backend.close())));
  return all;
}

/** A server that says no to everything and notes the headers with which it was asked. */
async function listener(): Promise<{ url: string; asked: IncomingHttpHeaders[] }> {
  const asked: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers);
    response.writeHead(403).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.unshift(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, asked };
}

test("there is an adapter for each backend, in configuration order", () => {
  const all = made([
    { name: "web", transport: "streamable-http", url: "http://127.0.0.1:1/mcp" },
    { name: "old", transport: "sse", url: "http://127.0.0.1:1/sse" },
    { name: "child", transport: "stdio", command: "true" },
  ]);
  expect([...all.keys()]).toEqual(["web", "old", "child"]);
  expect([...all.values()].map(({ name }) => name)).toEqual(["web", "old", "child"]);
});

test("only links that have a process of their own are closed when idle and fail alone", () => {
  const all = made([
    { name: "own", transport: "stdio", command: "true" },
    { name: "one", transport: "stdio", command: "true", scope: "shared" },
    { name: "web", transport: "streamable-http", url: "http://127.0.0.1:1/mcp" },
  ]);
  const facts = [...all.values()].map(({ linkIdleMs, scope }) => [linkIdleMs, scope]);
  expect(facts).toEqual([
    [1_000, "session"],
    [undefined, "shared"],
    [undefined, undefined],
  ]);
});

describe.each(["streamable-http", "sse"])("the headers of a backend over %s", (transport) => {
  async function headersOf(
    backend: Record<string, unknown>,
    more: Partial<GatewayConfigInput> = {},
    env: Record<string, string> = {},
  ): Promise<IncomingHttpHeaders> {
    const { url, asked } = await listener();
    const all = made([{ name: "b", transport, url, ...backend }], more, env);
    const profile = profileOf({ headers: { "x-tenant": "client", "x-trace": "client" } });
    await all
      .get("b")
      ?.open(profile, nobody)
      .catch(() => undefined);
    expect(asked.length).toBeGreaterThan(0);
    return asked[0] ?? {};
  }

  test("are the client's, unless the configuration gives its own", async () => {
    expect(await headersOf({ headers: { "X-Tenant": "gateway" } })).toMatchObject({
      "x-tenant": "gateway",
      "x-trace": "client",
    });
  });

  test("carry the credential of the default strategy, read from the environment", async () => {
    const headerInjection = { headerName: "X-Api-Key", headerValueEnv: "KEY" };
    const outgoingAuth = {
      source: "inline",
      default: { type: "header_injection", headerInjection },
    };
    expect(await headersOf({}, { outgoingAuth }, { KEY: "k" })).toMatchObject({ "x-api-key": "k" });
  });

  test("carry the credential of the backend's own strategy in place of the default, and of any fixed header", async () => {
    const strategy = (headerValue: string) => ({
      type: "header_injection",
      headerInjection: { headerName: "X-Tenant", headerValue },
    });
    const outgoingAuth = {
      source: "inline",
      default: strategy("everybody"),
      backends: { b: strategy("b alone"), other: strategy("other") },
    };
    const headers = await headersOf({ headers: { "x-tenant": "fixed" } }, { outgoingAuth });
    expect(headers["x-tenant"]).toBe("b alone");
  });

  test("carry no default credential where the backend's strategy is none", async () => {
    const headerInjection = { headerName: "X-Api-Key", headerValue: "k" };
    const outgoingAuth = {
      source: "inline",
      default: { type: "header_injection", headerInjection },
      backends: { b: { type: "unauthenticated" } },
    };
    expect(await headersOf({}, { outgoingAuth })).not.toHaveProperty("x-api-key");
  });
});
