import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { get, messagesIn, notificationText, post, requestText } from "../wire/http.ts";
import { initializeText, openSession } from "../wire/session.ts";
import type { RawSession } from "../wire/session.ts";
import { configOf, http } from "./config.ts";
import { startGateway } from "./start.ts";
import type { StartedGateway } from "./start.ts";

const PING = requestText(1, "ping");

let backend: Misbehaving;
let gateway: StartedGateway;
let session: RawSession;

beforeAll(async () => {
  backend = await startMisbehaving();
  gateway = await startGateway({ config: configOf([http("b", backend.url)]) });
  session = await openSession(gateway.url);
});

afterAll(async () => {
  await gateway.stop();
  await backend.close();
});

type Answer = { id?: unknown; result?: Record<string, unknown>; error?: { code: number } };

async function said(response: Response): Promise<{ status: number; body: Answer }> {
  const [text = "{}"] = await messagesIn(response);
  return { status: response.status, body: JSON.parse(text) as Answer };
}

describe("a session", () => {
  test.each(["2025-11-25", "2025-06-18", "2025-03-26"])(
    "speaks %s with who asks for it",
    async (version) => {
      const { body } = await said(await post(gateway.url, initializeText(version)));
      expect(body.result).toMatchObject({
        protocolVersion: version,
        serverInfo: { name: "test-gateway" },
      });
    },
  );

  test.each(["1999-01-01", "2026-07-28", "", "newest"])(
    "offers the newest revision to who asks for %j",
    async (version) => {
      const { status, body } = await said(await post(gateway.url, initializeText(version)));
      expect(status).toBe(200);
      expect(body.result?.["protocolVersion"]).toBe("2025-11-25");
    },
  );

  test("has an id that is long, visible and another every time", async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const response = await post(gateway.url, initializeText("2025-11-25"));
        return response.headers.get("mcp-session-id") ?? "";
      }),
    );
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) expect(id).toMatch(/^[\x21-\x7E]{32,}$/);
  });

  test("is initialized once: a second initialize is refused with its id", async () => {
    const { status, body } = await said(await session.post(initializeText("2025-11-25")));
    expect(status).toBe(400);
    expect(body).toMatchObject({ id: "init", error: { code: -32_600 } });
  });

  test("must be named: without its id a request is refused with its own id", async () => {
    const { status, body } = await said(await post(gateway.url, PING));
    expect(status).toBe(400);
    expect(body).toMatchObject({ id: 1, error: { code: -32_600 } });
  });

  test("that nobody knows is not found, on every method", async () => {
    const headers = { "mcp-session-id": "0123456789abcdef0123456789abcdef" };
    const { status, body } = await said(await post(gateway.url, PING, headers));
    expect(status).toBe(404);
    expect(body.id).toBe(1);
    expect((await get(gateway.url, headers)).status).toBe(404);
    expect((await fetch(gateway.url, { method: "DELETE", headers })).status).toBe(404);
  });

  test("ends with DELETE, its streams with it, and is not found from then on", async () => {
    const ending = await openSession(gateway.url);
    const stream = await ending.stream();
    expect((await ending.end()).status).toBe(200);
    await stream.text();
    expect((await ending.post(PING)).status).toBe(404);
    expect((await ending.stream()).status).toBe(404);
    expect((await ending.end()).status).toBe(404);
  });

  test("keeps to the revision it agreed on: another in the header is refused", async () => {
    for (const version of ["2025-06-18", "1999-01-01"]) {
      const { status, body } = await said(
        await session.post(PING, { "mcp-protocol-version": version }),
      );
      expect(status).toBe(400);
      expect(body).toMatchObject({ id: 1, error: { code: -32_600 } });
    }
  });

  test("takes a request without the header to speak its revision", async () => {
    const { "mcp-session-id": id = "" } = session.headers;
    const { status, body } = await said(await post(gateway.url, PING, { "mcp-session-id": id }));
    expect({ status, body }).toEqual({ status: 200, body: { jsonrpc: "2.0", id: 1, result: {} } });
  });
});

describe("a message", () => {
  test("that asks for nothing gets 202 and no body", async () => {
    for (const text of [
      notificationText("notifications/initialized"),
      notificationText("notifications/roots/list_changed"),
      notificationText("notifications/example.com/unknown"),
      notificationText("notifications/cancelled", { requestId: 99 }),
      '{"jsonrpc":"2.0","id":"nothing-like-it-was-asked","result":{}}',
    ]) {
      const response = await session.post(text);
      expect([response.status, await response.text()]).toEqual([202, ""]);
    }
  });

  test("with a method that nobody has gets an error", async () => {
    const { status, body } = await said(await session.post(requestText("x", "no/such")));
    expect({ status, ...body }).toMatchObject({ status: 200, id: "x", error: { code: -32_601 } });
  });

  test("under an id that is still under way is refused, and the first goes on", async () => {
    const reached = backend.next("tools/call");
    const first = session.call(7, "b_slow", { arguments: { ms: 300 } });
    await reached;
    const second = await said(await session.call(7, "b_well"));
    expect(second.body).toMatchObject({ id: 7, error: { code: -32_600 } });
    expect((await said(await session.call("7", "b_well"))).body).toMatchObject({
      id: "7",
      result: {},
    });
    expect((await said(await first)).body).toMatchObject({ id: 7, result: {} });
  });

  test.each([0, -1, 1.5, "", "é\n", 9_007_199_254_740_991])(
    "gets its answer under the id it came with: %j",
    async (id) => {
      expect((await said(await session.call(id, "b_well"))).body).toMatchObject({ id, result: {} });
    },
  );
});

describe("a POST", () => {
  const ANY: Record<string, string>[] = [{ accept: "*/*" }, { accept: "application/json" }];

  test.each(ANY)("may accept as little as $accept", async (headers) => {
    const { status, body } = await said(await session.post(PING, headers));
    expect({ status, body }).toMatchObject({ status: 200, body: { id: 1, result: {} } });
  });

  test("that accepts nothing that can be said is refused", async () => {
    expect((await session.post(PING, { accept: "text/html" })).status).toBe(406);
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])(
    "of %s, which any web page could send, is refused",
    async (type) => {
      expect((await session.post(PING, { "content-type": type })).status).toBe(415);
    },
  );

  test("may name the charset of its JSON", async () => {
    const type = { "content-type": "application/json; charset=utf-8" };
    expect((await session.post(PING, type)).status).toBe(200);
  });
});

test("methods that the endpoint does not have are refused, and it says which it has", async () => {
  const response = await fetch(gateway.url, { method: "PUT", headers: session.headers });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("GET, POST, DELETE");
});
