import { afterAll, beforeAll, expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { messagesIn, notificationText, requestText } from "../wire/http.ts";
import { initializeText, openSession } from "../wire/session.ts";
import type { RawSession } from "../wire/session.ts";
import { configOf, http } from "./config.ts";
import { startGateway } from "./start.ts";
import type { StartedGateway } from "./start.ts";

let backend: Misbehaving;
let gateway: StartedGateway;
let old: RawSession;

beforeAll(async () => {
  backend = await startMisbehaving();
  gateway = await startGateway({ config: configOf([http("b", backend.url)]) });
  old = await openSession(gateway.url, { protocolVersion: "2025-03-26" });
});

afterAll(async () => {
  await gateway.stop();
  await backend.close();
});

function batch(...texts: string[]): string {
  return `[${texts.join(" ,\n")}]`;
}

async function answers(response: Response): Promise<Record<string, unknown>[]> {
  const texts = await messagesIn(response);
  return texts.map((text) => JSON.parse(text) as Record<string, unknown>);
}

test("on 2025-03-26 every request of a batch gets its answer, and nothing else does", async () => {
  const response = await old.post(
    batch(
      requestText(1, "ping"),
      notificationText("notifications/roots/list_changed"),
      requestText("two", "tools/call", { name: "b_slow", arguments: { ms: 100 } }),
      requestText(3, "tools/call", { name: "b_nope" }),
      requestText(4, "tools/list"),
      requestText(5, "no/such"),
      "7",
    ),
  );
  expect(response.status).toBe(200);
  const all = await answers(response);
  expect(all).toHaveLength(6);
  expect(all).toEqual(
    expect.arrayContaining([
      { jsonrpc: "2.0", id: 1, result: {} },
      expect.objectContaining({ id: "two", result: { content: [{ type: "text", text: "ok" }] } }),
      expect.objectContaining({
        id: 3,
        error: expect.objectContaining({ code: -32_602 }) as unknown,
      }),
      expect.objectContaining({
        id: 4,
        result: expect.objectContaining({ tools: expect.any(Array) as unknown }) as unknown,
      }),
      expect.objectContaining({
        id: 5,
        error: expect.objectContaining({ code: -32_601 }) as unknown,
      }),
      expect.objectContaining({ error: expect.objectContaining({ code: -32_600 }) as unknown }),
    ]),
  );
});

test("a batch that asks for nothing gets 202 and no body", async () => {
  const response = await old.post(batch(notificationText("notifications/roots/list_changed")));
  expect([response.status, await response.text()]).toEqual([202, ""]);
});

test.each([
  ["empty", "[]"],
  ["too long", batch(...Array.from({ length: 101 }, (_, id) => requestText(id, "ping")))],
])("a batch that is %s is refused whole", async (_, text) => {
  const response = await old.post(text);
  expect(response.status).toBe(400);
  expect(await answers(response)).toMatchObject([{ error: { code: -32_600 } }]);
});

test("initialize has to stand alone", async () => {
  const [answer] = await answers(await old.post(batch(initializeText("2025-03-26"))));
  expect(answer).toMatchObject({ error: { code: -32_600 } });
});

test.each(["2025-06-18", "2025-11-25"])("on %s there are no batches", async (protocolVersion) => {
  const session = await openSession(gateway.url, { protocolVersion });
  const response = await session.post(batch(requestText(1, "ping")));
  expect(response.status).toBe(400);
  expect(await answers(response)).toMatchObject([{ error: { code: -32_600 } }]);
});
