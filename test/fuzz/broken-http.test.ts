import { connect } from "node:net";
import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configOf, httpBackend } from "../faults/gateway-config.ts";
import { metric } from "../faults/metrics.ts";
import { Session } from "../faults/session.ts";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { startGateway } from "../gateway/start.ts";
import type { StartedGateway } from "../gateway/start.ts";
import { readAnswer } from "./raw-answer.ts";
import type { RawAnswer } from "./raw-answer.ts";
import { rawExchange } from "./raw-exchange.ts";

const MIB = 1024 * 1024;
/** The gateway looks for clients that are too slow every 5 s. */
const LOOKS_EVERY_MS = 5_000;
const HEADERS_WITHIN_MS = 10_000;
const REQUEST_WITHIN_MS = 30_000;
const SLOW_TEST_TIMEOUT_MS = REQUEST_WITHIN_MS + 3 * LOOKS_EVERY_MS;

let backend: Misbehaving;
let gateway: StartedGateway;
let session: Session;
let port: number;

beforeAll(async () => {
  backend = await startMisbehaving();
  gateway = await startGateway({ config: configOf([httpBackend("b", backend.url)]) });
  session = await Session.open(gateway.url);
  port = Number(new URL(gateway.url).port);
});

afterAll(async () => {
  await session.close();
  expect(await gateway.stop()).toBe(0);
  await backend.close();
});

function headOf(more: Record<string, string | number>): string {
  const headers = { host: "localhost", ...session.headers, ...more };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /mcp HTTP/1.1\r\n${lines.join("")}\r\n`;
}

function requestOf(id: string, method: string, params: object = {}): string {
  const body = JSON.stringify({ jsonrpc: "2.0", id, method, params });
  return headOf({ "content-length": body.length }) + body;
}

async function answerTo(text: string | Buffer, thenEnd = false): Promise<RawAnswer | "closed"> {
  const bytes = Buffer.from(text);
  const outcome = await rawExchange(port, { bytes, withinMs: 5_000, thenEnd, readStreams: true });
  if (outcome.kind === "answer") return outcome.answer;
  expect(outcome.kind).toBe("closed");
  return "closed";
}

/** Resolves when the connection is gone, be it in peace or broken. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => void socket.once("close", () => resolve()));
}

async function stillServes(): Promise<void> {
  expect((await session.call("b_well")).result).toBeDefined();
  expect(gateway.logs()).not.toContain("failed in the gateway");
  await expect.poll(() => metric(gateway.origin, "headgate_calls_in_flight")).toBe(0);
}

describe("requests that come all at once", () => {
  test("are answered in order, a slow one first", async () => {
    const texts = [
      requestOf("first", "tools/call", { name: "b_slow", arguments: { ms: 200 } }),
      requestOf("second", "ping"),
      requestOf("third", "tools/list"),
    ];
    const socket = connect(port, "127.0.0.1");
    socket.write(texts.join(""));
    const answers: RawAnswer[] = [];
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer]);
      for (;;) {
        const reading = readAnswer(received, false);
        if (!("answer" in reading)) break;
        answers.push(reading.answer);
        received = received.subarray(reading.answer.length);
      }
      if (answers.length === texts.length) break;
    }
    const ids = answers.map(({ body }) => (JSON.parse(body.toString()) as { id: string }).id);
    expect(ids).toEqual(["first", "second", "third"]);
    await stillServes();
  });
});

describe("a request that breaks off", () => {
  const whole = () => requestOf("x", "tools/call", { name: "b_well" });

  test("in its head is closed", async () => {
    for (const bytes of [1, 10, 40, whole().indexOf("\r\n\r\n")])
      expect(await answerTo(whole().slice(0, bytes), true)).toSatisfy(
        (answer: RawAnswer | "closed") => answer === "closed" || answer.status === 400,
      );
    await stillServes();
  });

  test("in its body is closed, and nothing of it reaches the backend", async () => {
    const before = backend.received().length;
    for (const bytes of [1, 5, 20])
      expect(await answerTo(whole().slice(0, -bytes), true)).toSatisfy(
        (answer: RawAnswer | "closed") => answer === "closed" || answer.status === 400,
      );
    expect(backend.received().length).toBe(before);
    await stillServes();
  });
});

describe("a request that is too large", () => {
  test("in its headers gets 431, and the connection is closed", async () => {
    const answer = (await answerTo(headOf({ "x-large": "x".repeat(20_000) }))) as RawAnswer;
    expect(answer.status).toBe(431);
    expect(answer.headers.get("connection")).toBe("close");
    await stillServes();
  });

  const tooLarge = {
    jsonrpc: "2.0",
    error: { code: -32_600, message: expect.stringContaining("8388608 bytes") as string },
  };

  test("in its declared length gets 413 before any of it is sent", async () => {
    const answer = (await answerTo(headOf({ "content-length": 9 * MIB }))) as RawAnswer;
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body.toString())).toEqual(tooLarge);
  });

  test("gets 413 also when it is sent whole, however it is framed", async () => {
    const body = "x".repeat(12 * MIB);
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    for (const text of [
      headOf({ "content-length": body.length }) + body,
      headOf({ "transfer-encoding": "chunked" }) + chunk,
    ]) {
      const answer = (await answerTo(text)) as RawAnswer;
      expect(answer.status).toBe(413);
      expect(JSON.parse(answer.body.toString())).toEqual(tooLarge);
    }
    await stillServes();
  });

  test("without end is cut off", async () => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.resume();
    const closed = closing(socket);
    const chunk = Buffer.from(`100000\r\n${"x".repeat(MIB)}\r\n`);
    const more = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on("drain", more);
    socket.write(headOf({ "transfer-encoding": "chunked" }));
    more();
    await closed;
    expect(socket.bytesWritten).toBeLessThan(100 * MIB);
    await stillServes();
  });

  test("of just the allowed size is taken", async () => {
    const padding = "x".repeat(8 * MIB - 200);
    const answer = (await answerTo(
      requestOf("big", "tools/call", { name: "b_well", arguments: { padding } }),
    )) as RawAnswer;
    expect(JSON.parse(answer.body.toString())).toMatchObject({ id: "big", result: {} });
  });
});

describe("a client that sends slowly", () => {
  /** When the gateway closed the connection, in milliseconds after it was opened. */
  async function closedAfterMs(socket: Socket, first: string, drip: string): Promise<number> {
    const openedMs = performance.now();
    socket.on("error", () => undefined);
    socket.resume();
    socket.write(first);
    const dripping = setInterval(() => socket.write(drip), 500);
    await closing(socket);
    clearInterval(dripping);
    return performance.now() - openedMs;
  }

  test(
    "is cut off: 200 that never finish their headers and one that never finishes its body",
    async () => {
      const head = headOf({ "content-length": 1_000 });
      const slowHeads = Array.from({ length: 200 }, (_, n) =>
        closedAfterMs(connect(port, "127.0.0.1"), head.slice(0, -2), `x-${n}: y\r\n`),
      );
      const slowBody = closedAfterMs(connect(port, "127.0.0.1"), head, " ");
      const headsMs = Math.max(...(await Promise.all(slowHeads)));
      expect(headsMs).toBeGreaterThanOrEqual(HEADERS_WITHIN_MS - 500);
      expect(headsMs).toBeLessThan(HEADERS_WITHIN_MS + 2 * LOOKS_EVERY_MS);
      await stillServes();
      const bodyMs = await slowBody;
      expect(bodyMs).toBeGreaterThanOrEqual(REQUEST_WITHIN_MS - 500);
      expect(bodyMs).toBeLessThan(REQUEST_WITHIN_MS + 2 * LOOKS_EVERY_MS);
      await stillServes();
    },
    SLOW_TEST_TIMEOUT_MS,
  );
});
