import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import { guardedLookup, type Resolve } from "./guarded-lookup.ts";
import { IdpClient, type IdpClientOptions } from "./idp-client.ts";

const servers: Server[] = [];
const clients: IdpClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function clientWith(options: Partial<IdpClientOptions> = {}): IdpClient {
  const client = new IdpClient({
    allowHttp: true,
    allowPrivate: true,
    ca: undefined,
    timeoutMs: 2_000,
    ...options,
  });
  clients.push(client);
  return client;
}

const fault = (kind: string, detail?: string) => ({ ok: false, fault: { kind, detail } });

test("a document is read, and a form sent as such", async () => {
  const url = await listen((request, response) => {
    const { accept, "content-type": type, authorization } = request.headers;
    void text(request).then((body) =>
      response.end(JSON.stringify({ accept, type, authorization, body })),
    );
  });
  const client = clientWith();
  expect(await client.get(`${url}/x`)).toEqual({
    ok: true,
    value: { accept: "application/json, application/jwk-set+json", body: "" },
  });
  expect(await client.post(url, { token: "a b&c" }, { authorization: "Basic x" })).toEqual({
    ok: true,
    value: {
      accept: "application/json",
      type: "application/x-www-form-urlencoded",
      authorization: "Basic x",
      body: "token=a+b%26c",
    },
  });
});

test.each<[what: string, listener: RequestListener, expected: object]>([
  ["an error", (_, response) => response.writeHead(500).end("x"), fault("status", "500")],
  [
    "a redirect, which is not followed,",
    (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
    fault("status", "302"),
  ],
  ["no JSON", (_, response) => response.end("<html>"), fault("not-json")],
  ["too much", (_, response) => response.end("1".repeat(300_000)), fault("too-large")],
  [
    "an error with too much behind it",
    (_, response) => response.writeHead(500).end("1".repeat(3_000_000)),
    fault("status", "500"),
  ],
  [
    "a broken connection",
    (request) => request.socket.destroy(),
    fault("unreachable", "UND_ERR_SOCKET"),
  ],
  [
    "half an answer",
    (request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("{");
      setImmediate(() => request.socket.destroy());
    },
    fault("unreachable", "UND_ERR_SOCKET"),
  ],
])("%s is a fault", async (_, listener, expected) => {
  const client = clientWith();
  const url = await listen(listener);
  expect(await client.get(url)).toEqual(expected);
  expect(await client.get(url)).toEqual(expected);
});

test.each<[when: string, listener: RequestListener]>([
  ["never begins", () => undefined],
  [
    "never ends",
    (_, response) => {
      response.write("[");
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(drip));
    },
  ],
])("an answer that %s is given up", async (_, listener) => {
  const client = clientWith({ timeoutMs: 200 });
  expect(await client.get(await listen(listener))).toEqual(fault("timed-out"));
});

test("nobody at the address is a fault with the system's code", async () => {
  expect(await clientWith().get("http://127.0.0.1:1/")).toEqual(
    fault("unreachable", "ECONNREFUSED"),
  );
});

test.each(["http://idp.example/", "ftp://idp.example/", "file:///etc/passwd"])(
  "%s is not asked when addresses must be https",
  async (url) => {
    expect(await clientWith({ allowHttp: false }).get(url)).toEqual(fault("plain-http"));
  },
);

test("what is no address is not asked", async () => {
  expect(await clientWith().get("::")).toEqual(fault("unusable"));
});

const leadingTo =
  (...addresses: string[]): Resolve =>
  (_name, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );

test("a private address is not asked, whether written, in another form, or behind a name", async () => {
  let asked = 0;
  const url = await listen((_, response) => {
    asked += 1;
    response.end("{}");
  });
  const { port } = new URL(url);
  const guarded = clientWith({ allowPrivate: false, resolve: leadingTo("127.0.0.1", "::1") });
  for (const host of [
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "idp.example",
  ])
    expect(await guarded.get(`http://${host}:${port}/`)).toEqual(fault("private-address"));
  expect(asked).toBe(0);
  expect(await clientWith({ resolve: leadingTo("127.0.0.1") }).get(url)).toEqual({
    ok: true,
    value: {},
  });
  expect(asked).toBe(1);
});

test.each([true, false])(
  "of the addresses behind a name only public ones are tried (all: %s)",
  (all) => {
    const lookup = guardedLookup(leadingTo("10.0.0.1", "8.8.8.8", "::1"));
    const found: unknown[] = [];
    lookup("idp.example", { all }, (error, address) => found.push(error, address));
    expect(found).toEqual([null, all ? [{ address: "8.8.8.8", family: 4 }] : "8.8.8.8"]);
  },
);

test("a name that nobody knows is a fault", async () => {
  const resolve: Resolve = (_name, _options, callback) =>
    callback(Object.assign(new Error("x"), { code: "ENOTFOUND" }), []);
  const guarded = clientWith({ allowPrivate: false, resolve });
  expect(await guarded.get("http://idp.example/")).toEqual(fault("unreachable", "ENOTFOUND"));
});

test("a token for documents never travels over plain HTTP", async () => {
  const url = await listen((request, response) => {
    response.end(JSON.stringify({ authorization: request.headers.authorization ?? "none" }));
  });
  const client = clientWith({ token: async () => "secret" });
  expect(await client.get(url)).toEqual({ ok: true, value: { authorization: "none" } });
});
