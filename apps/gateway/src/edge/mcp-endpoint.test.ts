import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  eventsOf,
  initializeText,
  startEndpoint,
  type EndpointRig,
} from "../../test/endpoint-rig.ts";

const PING = '{"jsonrpc":"2.0","id":"p","method":"ping"}';
const CALL = '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a_echo"}}';
const NEWS = '{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}';

let rig: EndpointRig;
let session: Record<string, string>;

beforeEach(async () => {
  rig = await startEndpoint({ maxSessions: 3 });
  session = await rig.open();
});

afterEach(() => rig.close());

interface Answer {
  readonly id?: unknown;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}

async function said(response: Response): Promise<[status: number, answer: Answer]> {
  return [response.status, (await response.json()) as Answer];
}

/** Answers the calls that come to the backend `a`. */
async function answerCalls(count = 1): Promise<void> {
  await expect.poll(() => rig.backends.a.links.at(-1)?.requests.length).toBe(count);
  for (const { id, exchange } of rig.backends.a.link.requests)
    exchange.answer(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
}

describe("a session of somebody", () => {
  const ALICE = { caller: { kind: "user", userKey: "a" }, remainingMs: Infinity } as const;
  const BOB = { caller: { kind: "user", userKey: "b" }, remainingMs: Infinity } as const;

  test("is to everybody else as if there were none, and lives on", async () => {
    rig.who = ALICE;
    const hers = await rig.open();
    rig.who = BOB;
    for (const method of ["POST", "GET", "DELETE"]) {
      const body = method === "POST" ? { body: PING } : {};
      const ask = (headers: Record<string, string>): Promise<Response> =>
        fetch(rig.url, {
          method,
          ...body,
          headers: {
            "content-type": "application/json",
            accept: "application/json, text/event-stream",
            ...headers,
          },
        });
      const foreign = await ask(hers);
      const unknown = await ask({ "mcp-session-id": crypto.randomUUID() });
      expect(foreign.status).toBe(404);
      expect(await foreign.text()).toBe(await unknown.text());
    }
    rig.who = ALICE;
    expect((await rig.post(PING, hers)).status).toBe(200);
  });
});

describe("a request", () => {
  test("of the gateway's own is answered under its id", async () => {
    expect(await said(await rig.post(PING, session))).toEqual([
      200,
      { jsonrpc: "2.0", id: "p", result: {} },
    ]);
  });

  test("for a backend gets the backend's answer", async () => {
    const response = rig.post(CALL, session);
    await answerCalls();
    expect(await said(await response)).toEqual([200, { jsonrpc: "2.0", id: 7, result: {} }]);
  });

  test("that ends in an error of the gateway is 200 with its id, as JSON-RPC wants it", async () => {
    const text = '{"jsonrpc":"2.0","id":1.0,"method":"no/such"}';
    const response = await rig.post(text, session);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('"id":1.0,"error":{"code":-32601');
  });

  test("of a client that takes event streams alone is answered on one, whoever answers", async () => {
    const accept = { accept: "text/event-stream" };
    const [ping, call] = [
      rig.post(PING, { ...session, ...accept }),
      rig.post(CALL, { ...session, ...accept }),
    ];
    await answerCalls();
    for (const response of [await ping, await call])
      expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(await eventsOf(await ping)).toEqual(['{"jsonrpc":"2.0","id":"p","result":{}}']);
    expect(await eventsOf(await call)).toEqual(["", '{"jsonrpc":"2.0","id":7,"result":{}}']);
    const opened = await rig.post(initializeText("2025-11-25"), accept);
    expect(opened.headers.get("mcp-session-id")).toBeTruthy();
    expect(await eventsOf(opened)).toHaveLength(1);
  });

  test("whose client leaves is cancelled at the backend", async () => {
    const leaving = new AbortController();
    const response = fetch(rig.url, {
      method: "POST",
      body: CALL,
      headers: { "content-type": "application/json", accept: "application/json", ...session },
      signal: leaving.signal,
    });
    await expect.poll(() => rig.backends.a.links.at(-1)?.requests.length).toBe(1);
    leaving.abort();
    await expect(response).rejects.toThrow("abort");
    await expect.poll(() => rig.backends.a.link.last.cancelled).toBeDefined();
  });
});

describe("what asks for nothing", () => {
  test.each([
    ["a notification", NEWS],
    ["a response", '{"jsonrpc":"2.0","id":1,"result":{}}'],
  ])("%s gets 202 and no body", async (_, text) => {
    const response = await rig.post(text, session);
    expect([response.status, await response.text()]).toEqual([202, ""]);
    expect(rig.exchanges).toEqual([["POST", 202]]);
  });
});

describe("a refusal carries its HTTP status, and the id where one can be read:", () => {
  interface Bad {
    readonly text: string;
    /** Beside those of the session. */
    readonly headers?: Record<string, string>;
    readonly session?: "none";
  }

  const odd = (members: string): Bad => ({ text: `{"jsonrpc":"2.0","id":4,${members}}` });
  const deep = `${"[".repeat(17)}${"]".repeat(17)}`;

  test.each<[string, Bad, [status: number, code: number, id: unknown]]>([
    [
      "another content type",
      { text: PING, headers: { "content-type": "text/plain" } },
      [415, -32_600, undefined],
    ],
    [
      "a compressed body",
      { text: PING, headers: { "content-encoding": "gzip" } },
      [415, -32_600, undefined],
    ],
    [
      "a client that takes HTML",
      { text: PING, headers: { accept: "text/html" } },
      [406, -32_600, undefined],
    ],
    ["a body that is too large", { text: `"${"x".repeat(10_000)}"` }, [413, -32_600, undefined]],
    ["what is no JSON", { text: "{" }, [400, -32_700, undefined]],
    ["nothing", { text: "" }, [400, -32_700, undefined]],
    ["a number", { text: "7" }, [400, -32_600, undefined]],
    ["another protocol", { text: '{"jsonrpc":"1.0","id":4,"method":"ping"}' }, [400, -32_600, 4]],
    ["no method", odd('"x":1'), [400, -32_600, 4]],
    [
      "an id that is none",
      { text: '{"jsonrpc":"2.0","id":null,"method":"ping"}' },
      [400, -32_600, undefined],
    ],
    ["params that are a list", odd('"method":"ping","params":[]'), [400, -32_600, 4]],
    ["a request that is a response too", odd('"method":"ping","result":{}'), [400, -32_600, 4]],
    ["a key given twice", odd('"method":"ping","method":"x"'), [400, -32_600, 4]],
    ["deep nesting", odd(`"method":"ping","params":{"x":${deep}}`), [400, -32_600, 4]],
    ["no session", { text: PING, session: "none" }, [400, -32_600, "p"]],
    ["an unknown session", { text: PING, headers: { "mcp-session-id": "x" } }, [404, -32_600, "p"]],
    [
      "another version",
      { text: PING, headers: { "mcp-protocol-version": "2025-06-18" } },
      [400, -32_600, "p"],
    ],
    ["a batch", { text: `[${PING}]` }, [400, -32_600, undefined]],
    ["initialize in a session", { text: initializeText("2025-11-25") }, [400, -32_600, 0]],
    [
      "initialize without params",
      { ...odd('"method":"initialize"'), session: "none" },
      [200, -32_602, 4],
    ],
    [
      "initialize without an id",
      { text: '{"jsonrpc":"2.0","method":"initialize"}', session: "none" },
      [400, -32_600, undefined],
    ],
  ])("%s", async (_, bad, expected) => {
    const headers = { ...(bad.session === undefined && session), ...bad.headers };
    const [status, { error, id }] = await said(await rig.post(bad.text, headers));
    expect([status, error?.code, id]).toEqual(expected);
    expect(rig.exchanges.map((exchange) => exchange.slice(0, 2))).toEqual([["POST", status]]);
    // The gateway and the session live.
    expect((await rig.post(PING, session)).status).toBe(200);
  });

  test("another HTTP method", async () => {
    const response = await fetch(rig.url, { method: "PUT", headers: session });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, POST, DELETE"]);
  });

  test("a stream for a client that takes none", async () => {
    const headers = { ...session, accept: "application/json" };
    expect((await fetch(rig.url, { headers })).status).toBe(406);
  });

  test("a stream of no session", async () => {
    expect((await fetch(rig.url, { headers: { accept: "text/event-stream" } })).status).toBe(400);
  });

  test("one session too many, with a hint when to come back", async () => {
    await rig.open();
    await rig.open();
    const response = await rig.post(initializeText("2025-11-25"));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "10"]);
    expect(rig.joined()).toBe(3);
  });

  test("a session while the gateway stops; calls go on", async () => {
    rig.draining = true;
    expect((await rig.post(initializeText("2025-11-25"))).status).toBe(503);
    expect((await rig.post(PING, session)).status).toBe(200);
  });
});

describe("a session", () => {
  test("takes requests that repeat its version, and those that name none", async () => {
    const named = { ...session, "mcp-protocol-version": "2025-11-25" };
    expect((await rig.post(PING, named)).status).toBe(200);
    expect((await rig.post(PING, session)).status).toBe(200);
  });

  test("ends with DELETE, for ever", async () => {
    const deleted = await fetch(rig.url, { method: "DELETE", headers: session });
    expect([deleted.status, await deleted.text()]).toEqual([200, ""]);
    expect((await rig.post(PING, session)).status).toBe(404);
    expect((await fetch(rig.url, { method: "DELETE", headers: session })).status).toBe(404);
    expect(rig.joined()).toBe(0);
  });

  test("is not opened for a client that left meanwhile", async () => {
    const gate = Promise.withResolvers<undefined>();
    rig.gate = gate.promise;
    const { hostname, port } = new URL(rig.url);
    const socket = connect(Number(port), hostname);
    const text = initializeText("2025-11-25");
    socket.write(
      `POST /mcp HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
    );
    await expect.poll(() => rig.joined()).toBe(2);
    const closed = once(socket, "close");
    socket.destroy();
    await closed;
    // The server hears of it no later than of what comes after.
    await rig.post(PING, session);
    gate.resolve(undefined);
    await expect.poll(() => rig.joined()).toBe(1);
    expect(rig.sessions.size).toBe(1);
  });
});
