import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { messagesIn, requestText } from "../wire/http.ts";
import { openSession } from "../wire/session.ts";
import type { RawSession } from "../wire/session.ts";
import { configOf, http } from "./config.ts";
import { startGateway } from "./start.ts";
import type { StartedGateway } from "./start.ts";

let backend: Misbehaving;
let gateway: StartedGateway;
let session: RawSession;

beforeAll(async () => {
  backend = await startMisbehaving();
  gateway = await startGateway({
    config: configOf([http("b", backend.url)], {
      rateLimiting: {
        shared: { maxTokens: 1000, refillPeriod: "1h0m0s" },
        tools: [
          { name: "b_well", shared: { maxTokens: 2, refillPeriod: "2s" } },
          { name: "b_slow", shared: { maxTokens: 1, refillPeriod: "1h0m0s" } },
        ],
      },
    }),
  });
});

beforeEach(async () => {
  session = await openSession(gateway.url);
});

afterAll(async () => {
  await gateway.stop();
  await backend.close();
});

type Result = {
  isError?: boolean;
  content: { type: string; text: string }[];
  structuredContent?: {
    code: number;
    message: string;
    data: { retryAfterSeconds: number; retryAfterMs: number };
  };
};

async function call(name: string): Promise<{ headers: Headers; result: Result }> {
  const response = await session.call(1, name);
  expect(response.status).toBe(200);
  const [text = ""] = await messagesIn(response);
  return { headers: response.headers, result: (JSON.parse(text) as { result: Result }).result };
}

test("a call over the limit is refused with the exact wait, and passes after it", async () => {
  const [first, second] = [await call("b_well"), await call("b_well")];
  expect([first.result.isError, second.result.isError]).toEqual([undefined, undefined]);
  const reached = backend.received().length;
  const { headers, result } = await call("b_well");
  expect(backend.received()).toHaveLength(reached);
  expect(result).toMatchObject({
    isError: true,
    structuredContent: {
      code: 429,
      message: "Rate limit exceeded",
      data: { retryAfterSeconds: 1 },
    },
  });
  expect(result.content[0]).toEqual({ type: "text", text: "Rate limit exceeded" });
  expect(result.content[1]?.text).toContain("Wait 1 second");
  expect(headers.get("retry-after")).toBe("1");
  expect(headers.get("ratelimit-policy")).toBe('"shared";q=1000;w=3600, "tool";q=2;w=2');
  expect(headers.get("ratelimit")).toBe('"tool";r=0;t=1');
  // A timer may end up to a millisecond early.
  await delay((result.structuredContent?.data.retryAfterMs ?? 0) + 1);
  expect((await call("b_well")).result.content).toEqual([{ type: "text", text: "ok" }]);
});

test("a limit is over all sessions, and over calls of its own tool alone", async () => {
  expect((await call("b_slow")).result.isError).toBeUndefined();
  session = await openSession(gateway.url);
  const { headers, result } = await call("b_slow");
  expect(result.structuredContent?.data.retryAfterSeconds).toBeGreaterThan(3_590);
  expect(Number(headers.get("retry-after"))).toBe(result.structuredContent?.data.retryAfterSeconds);
  expect((await call("b_close_after")).result.isError).toBeUndefined();
});

test("what is no tool call is never limited", async () => {
  for (let n = 0; n < 20; n++) {
    const response = await session.post(requestText(n, "tools/list"));
    expect(response.headers.get("retry-after")).toBeNull();
    await response.text();
  }
});

test("refused calls cost nothing: twenty of them do not put off the next token", async () => {
  const waits: number[] = [];
  for (let n = 0; n < 20; n++) {
    const { result } = await call("b_slow");
    waits.push(result.structuredContent?.data.retryAfterMs ?? 0);
  }
  expect(waits).toEqual(waits.toSorted((a, b) => b - a));
  expect(Math.max(...waits)).toBeLessThanOrEqual(3_600_000);
});
