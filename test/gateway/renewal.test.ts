import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startCounting } from "../fixtures/counting/listen.ts";
import type { Counting } from "../fixtures/counting/listen.ts";
import { events, messagesIn, requestText } from "../wire/http.ts";
import { openSession } from "../wire/session.ts";
import type { RawSession } from "../wire/session.ts";
import { configOf, http } from "./config.ts";
import { startGateway } from "./start.ts";
import type { StartedGateway } from "./start.ts";

let backend: Counting;
let gateway: StartedGateway;
let session: RawSession;

beforeAll(async () => {
  backend = await startCounting();
  gateway = await startGateway({ config: configOf([http("b", backend.url)]) });
});

beforeEach(async () => {
  session = await openSession(gateway.url);
});

afterAll(async () => {
  await gateway.stop();
  await backend.close();
});

type Answer = { result: { content: { text: string }[]; _meta?: Record<string, unknown> } };

async function count(id: number): Promise<{ count: string | undefined; told: unknown }> {
  const [text = ""] = await messagesIn(await session.call(id, "b_count"));
  const { result } = JSON.parse(text) as Answer;
  return { count: result.content[0]?.text, told: result["_meta"]?.["io.headgate/backendSession"] };
}

test("a result says that its backend had forgotten the session, once, and no other result says anything", async () => {
  expect(await count(1)).toEqual({ count: "1", told: undefined });
  backend.forget();
  expect(await count(2)).toEqual({ count: "1", told: "renewed" });
  expect(await count(3)).toEqual({ count: "2", told: undefined });
});

test("a client that listens reads in its log that what the backend kept is gone", async () => {
  const stop = new AbortController();
  const stream = await session.stream(undefined, stop.signal);
  await count(1);
  backend.forget();
  await count(2);
  for await (const { data } of events(stream)) {
    if (!data) continue;
    expect(JSON.parse(data)).toMatchObject({
      method: "notifications/message",
      params: {
        level: "warning",
        logger: "headgate",
        data: expect.stringMatching(/^The backend b begins anew, .* is gone\.$/) as string,
      },
    });
    break;
  }
  stop.abort();
});

test("a client that wants to read of errors alone is told by the result alone", async () => {
  await count(1);
  await (await session.post(requestText(5, "logging/setLevel", { level: "error" }))).text();
  backend.forget();
  expect(await count(2)).toEqual({ count: "1", told: "renewed" });
  const stop = new AbortController();
  const stream = await session.stream(undefined, stop.signal);
  const first = events(stream).next();
  // What was kept for the stream would come first.
  await (await session.end()).text();
  const { value } = await first;
  expect(value?.data ?? "").not.toContain("begins anew");
  stop.abort();
});
