import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import { request } from "undici";
import { expect, test } from "vitest";
import { hostCheck } from "./host-check.ts";
import { hostPolicy, isLoopbackName, refusalOf, type HostPolicyOptions } from "./host-policy.ts";

const LOCAL: HostPolicyOptions = { bindAddress: "127.0.0.1" };
const OPEN: HostPolicyOptions = { bindAddress: "0.0.0.0" };
const NAMED: HostPolicyOptions = {
  bindAddress: "0.0.0.0",
  allowedHosts: ["Gate.example", "gate.example.org:8443", "[2001:db8::1]"],
  allowedOrigins: ["https://App.example/", "http://localhost:6274", "vscode-file://vscode-app"],
};

const codeOf = (options: HostPolicyOptions, host: string | undefined, origin?: string) =>
  refusalOf(hostPolicy(options), host, origin)?.code;

test.each([
  "localhost",
  "localhost:4483",
  "LocalHost:1",
  "127.0.0.1:4483",
  "127.255.0.254",
  "[::1]",
  "[::1]:4483",
  "[0:0:0:0:0:0:0:1]:80",
])("a server on loopback answers Host %s", (host) => {
  expect(codeOf(LOCAL, host)).toBeUndefined();
});

test.each([
  "evil.example",
  "evil.example:4483",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "127.0.0.256",
  "127.1",
  "2130706433",
  "0x7f.0.0.1",
  "192.168.1.10:4483",
  "0.0.0.0:4483",
  "[::ffff:10.0.0.1]",
  "localhost:",
  "localhost:4483:4483",
  "localhost@evil.example",
  "evil.example@localhost",
  " localhost",
  "localhost/x",
  "",
  undefined,
])("a server on loopback refuses Host %j", (host) => {
  expect(codeOf(LOCAL, host)).toBe("forbidden-host");
});

test.each([
  ["gate.example", undefined],
  ["GATE.example:443", undefined],
  ["gate.example:9", undefined],
  ["gate.example.org:8443", undefined],
  ["[2001:db8::1]:80", undefined],
  ["gate.example.org", "forbidden-host"],
  ["gate.example.org:8444", "forbidden-host"],
  ["a.gate.example", "forbidden-host"],
  ["localhost", "forbidden-host"],
  ["gate.example.evil", "forbidden-host"],
  [undefined, "forbidden-host"],
])("with allowed hosts, Host %s is judged %s", (host, code) => {
  expect(codeOf(NAMED, host)).toBe(code);
});

test.each(["anything.example", "10.0.0.7:4483", undefined])(
  "a server on another address without allowed hosts answers Host %s",
  (host) => {
    expect(codeOf(OPEN, host)).toBeUndefined();
  },
);

test.each([
  [LOCAL, "localhost:4483", "http://localhost:4483", undefined],
  [LOCAL, "127.0.0.1:4483", "http://localhost:6274", undefined],
  [LOCAL, "[::1]:4483", "https://127.0.0.1", undefined],
  [LOCAL, "localhost:4483", "https://evil.example", "forbidden-origin"],
  [LOCAL, "localhost:4483", "https://localhost.evil.example", "forbidden-origin"],
  [LOCAL, "localhost:4483", "null", "forbidden-origin"],
  [LOCAL, "localhost:4483", "", "forbidden-origin"],
  [LOCAL, "localhost:4483", "file://localhost", "forbidden-origin"],
  [LOCAL, "localhost:4483", "http://evil@localhost", "forbidden-origin"],
  [LOCAL, "localhost:4483", "http://localhost/path", "forbidden-origin"],
  [LOCAL, "evil.example", "http://evil.example", "forbidden-host"],
  [OPEN, "gate.example", "https://gate.example", undefined],
  [OPEN, "gate.example:443", "https://gate.example", undefined],
  [OPEN, "gate.example:8080", "http://GATE.example:8080", undefined],
  [OPEN, "gate.example:8080", "http://gate.example:9090", "forbidden-origin"],
  [OPEN, "gate.example", "http://localhost:3000", "forbidden-origin"],
  [OPEN, undefined, "http://gate.example", "forbidden-origin"],
  [NAMED, "gate.example", "https://app.example", undefined],
  [NAMED, "gate.example", "HTTPS://APP.example", undefined],
  [NAMED, "gate.example", "http://app.example", "forbidden-origin"],
  [NAMED, "gate.example", "https://app.example:8443", "forbidden-origin"],
  [NAMED, "gate.example", "http://localhost:6274", undefined],
  [NAMED, "gate.example", "http://localhost:6275", "forbidden-origin"],
  [NAMED, "gate.example", "vscode-file://vscode-app", undefined],
  [NAMED, "gate.example", "https://gate.example", undefined],
] as const)("bound %o, Host %s with Origin %j is judged %s", (options, host, origin, code) => {
  expect(codeOf(options, host, origin)).toBe(code);
});

test.each([
  ["127.0.0.1", true],
  ["::1", true],
  ["[::1]", true],
  ["localhost", true],
  ["0.0.0.0", false],
  ["::", false],
  ["10.0.0.1", false],
])("address %s is loopback: %s", (address, expected) => {
  expect(isLoopbackName(address)).toBe(expected);
});

/** Real sockets, as `fetch` may not set Host and the MCP endpoint answers on the socket by itself. */
function app(options: HostPolicyOptions) {
  const hono = new Hono<{ Bindings: HttpBindings }>()
    .use(hostCheck(hostPolicy(options)))
    .all("/mcp", (c) => {
      c.env.outgoing.writeHead(200, { "Mcp-Session-Id": "s" }).end("reached");
      return RESPONSE_ALREADY_SENT;
    });
  return { request: (path: string, init: RequestInit) => requestOnce(hono, path, init) };
}

interface RequestInit {
  readonly method?: string;
  readonly headers: Record<string, string>;
}

async function requestOnce(
  hono: Hono<{ Bindings: HttpBindings }>,
  path: string,
  init: RequestInit,
) {
  const server = createAdaptorServer({ fetch: hono.fetch });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  try {
    const method = init.method ?? "GET";
    const answer = await request(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: init.headers,
    });
    const text = await answer.body.text();
    return new Response(text === "" ? null : text, {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>,
    });
  } finally {
    server.close();
  }
}

test.each(
  ["GET", "POST", "DELETE", "PUT", "OPTIONS", "HEAD"].flatMap((method) =>
    ["/mcp", "/status", "/nowhere", "/.well-known/x"].map((path) => [method, path] as const),
  ),
)("%s %s for a foreign host is a 403", async (method, path) => {
  const answer = await app(LOCAL).request(path, { method, headers: { host: "evil.example" } });
  expect(answer.status).toBe(403);
});

test("a refusal is a JSON-RPC error that says what to do", async () => {
  const answer = await app(LOCAL).request("/mcp", {
    headers: { host: "localhost", origin: "https://evil.example" },
  });
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(await answer.json()).toEqual({
    jsonrpc: "2.0",
    error: { code: -32600, message: expect.stringContaining("operational.allowedOrigins") },
  });
  expect(answer.headers.get("access-control-allow-origin")).toBeNull();
});

test("an answer to a configured origin can be read by its pages, session id included", async () => {
  const answer = await app(NAMED).request("/mcp", {
    headers: { host: "gate.example", origin: "https://app.example" },
  });
  expect(await answer.text()).toBe("reached");
  expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example");
  expect(answer.headers.get("access-control-expose-headers")).toContain("Mcp-Session-Id");
  expect(answer.headers.get("vary")).toBe("Origin");
});

test("an answer to any other origin carries no permission", async () => {
  for (const origin of ["https://gate.example", undefined]) {
    const headers = { host: "gate.example", ...(origin && { origin }) };
    const answer = await app(NAMED).request("/mcp", { headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  }
});

test("a preflight of a configured origin is answered without reaching the route", async () => {
  const answer = await app(NAMED).request("/mcp", {
    method: "OPTIONS",
    headers: {
      host: "gate.example",
      origin: "https://app.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,x-mine",
    },
  });
  expect([answer.status, await answer.text()]).toEqual([204, ""]);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "access-control-allow-origin": "https://app.example",
    "access-control-allow-methods": "GET, POST, DELETE, OPTIONS",
    "access-control-allow-headers": "content-type,x-mine",
    "access-control-max-age": "600",
    vary: "Origin",
  });
});

async function ask(options: HostPolicyOptions, headers: Record<string, string>): Promise<Response> {
  return app(options).request("/mcp", { method: "OPTIONS", headers });
}

test("OPTIONS that is no preflight of a configured origin goes to the route", async () => {
  const plain = await ask(NAMED, { host: "gate.example", origin: "https://app.example" });
  const own = await ask(LOCAL, {
    host: "localhost",
    origin: "http://localhost",
    "access-control-request-method": "POST",
  });
  expect(await plain.text()).toBe("reached");
  expect(await own.text()).toBe("reached");
  expect(own.headers.get("access-control-allow-origin")).toBeNull();
});

test("what any page may read is checked for its Host alone", async () => {
  const path = "/.well-known/oauth-protected-resource/mcp";
  const headers = { host: "localhost", origin: "https://page.example" };
  expect((await app(LOCAL).request(path, { headers })).status).toBe(404);
  const foreign = { ...headers, host: "evil.example" };
  expect((await app(LOCAL).request(path, { headers: foreign })).status).toBe(403);
});
