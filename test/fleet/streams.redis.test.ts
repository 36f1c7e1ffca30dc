import { startRedis } from "@headgate/redis-server-for-tests";
import type { RedisServer } from "@headgate/redis-server-for-tests";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { configOf, http } from "../gateway/config.ts";
import type { StartedGateway } from "../gateway/start.ts";
import type { WireEvent } from "../wire/event-stream.ts";
import { events, messagesIn, notificationText } from "../wire/http.ts";
import { openSession } from "../wire/session.ts";
import type { RawSession } from "../wire/session.ts";
import { startFleet } from "./fleet.ts";
import type { Fleet } from "./fleet.ts";
import { total } from "./metrics.ts";
import { startTalker } from "./talker.ts";
import type { Talker } from "./talker.ts";

const KEY = Buffer.alloc(32, 7).toString("base64");
const CAPABILITIES = { roots: { listChanged: true }, sampling: {}, elicitation: {} };

let redis: RedisServer;
let talker: Talker;
let fleet: Fleet;
const open: AbortController[] = [];

beforeAll(async () => {
  [redis, talker] = await Promise.all([startRedis(), startTalker()]);
  fleet = await startFleet({
    size: 3,
    env: { HEADGATE_SESSION_KEY: KEY },
    config: configOf([http("t", talker.url)], {
      sessionStorage: { provider: "redis", address: `${redis.host}:${redis.port}` },
    }),
  });
});

afterEach(() => {
  for (const controller of open.splice(0)) controller.abort();
});

afterAll(async () => {
  await fleet.stop();
  await Promise.all([talker.close(), redis.stop()]);
});

/** The gateway with this number. */
function at(index: number): StartedGateway {
  const gateway = fleet.gateways[index];
  if (gateway === undefined) throw new Error(`There is no gateway ${index}.`);
  return gateway;
}

async function sessionAt(index: number): Promise<RawSession> {
  return openSession(at(index).url, { capabilities: CAPABILITIES });
}

/** The same session, as another gateway serves it. */
function through(session: RawSession, index: number): RawSession {
  const { url } = at(index);
  const send = (text: string): Promise<Response> =>
    fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...session.headers,
      },
      body: text,
    });
  return { ...session, url, post: (text) => send(text) };
}

/** A stream that is read event by event, and cut at will. */
type Reading = {
  status: number;
  /** What was read so far that was not empty. */
  texts: string[];
  lastId: () => string;
  /** Resolves once an event with this in its data was read. */
  until: (part: string) => Promise<string>;
  /** Resolves when the stream has ended, however. */
  over: Promise<void>;
  cut: () => void;
};

function read(response: Response, controller: AbortController): Reading {
  open.push(controller);
  const texts: string[] = [];
  let last: WireEvent = {};
  const over = (async () => {
    for await (const event of events(response)) {
      if (event.id !== undefined) last = event;
      if (event.data) texts.push(event.data);
    }
  })().catch(() => undefined);
  return {
    status: response.status,
    texts,
    lastId: () => last.id ?? "",
    until: (part) =>
      vi.waitFor(
        () => {
          const found = texts.find((text) => text.includes(part));
          if (found === undefined) throw new Error(`Nothing says ${part}: ${texts.join("\n")}`);
          return found;
        },
        { timeout: 10_000, interval: 10 },
      ),
    over,
    cut: () => controller.abort(),
  };
}

async function called(
  session: RawSession,
  index: number,
  name: string,
  args: object = {},
): Promise<Reading> {
  const controller = new AbortController();
  const text = JSON.stringify({
    jsonrpc: "2.0",
    id: 7,
    method: "tools/call",
    params: { name: `t_${name}`, arguments: args },
  });
  const response = await fetch(at(index).url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...session.headers,
    },
    body: text,
    signal: controller.signal,
  });
  return read(response, controller);
}

async function listened(
  session: RawSession,
  index: number,
  lastEventId?: string,
): Promise<Reading> {
  const controller = new AbortController();
  const response = await fetch(at(index).url, {
    headers: {
      accept: "text/event-stream",
      ...session.headers,
      ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
    },
    signal: controller.signal,
  });
  return read(response, controller);
}

function lines(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
}

function dataOf(texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const { params } = JSON.parse(text) as { params?: { data?: string } };
    return params?.data ?? [];
  });
}

test("a stream cut at one gateway goes on at another, with no event lost or repeated", async () => {
  const session = await sessionAt(0);
  const first = await called(session, 0, "count", { n: 60, ms: 10 });
  await first.until("line 10");
  first.cut();
  await first.over;
  const second = await listened(session, 1, first.lastId());
  await second.until("line 30");
  second.cut();
  await second.over;
  const third = await listened(session, 2, second.lastId());
  await third.over;
  const all = [...first.texts, ...second.texts, ...third.texts];
  expect(dataOf(all)).toEqual(lines(1, 60));
  expect(JSON.parse(all.at(-1) ?? "")).toMatchObject({
    id: 7,
    result: { content: [{ text: "count was called" }] },
  });
  // The client has everything, which each of them knows.
  for (const index of [0, 1, 2])
    expect((await listened(session, index, third.lastId())).status).toBe(204);
  const again = await listened(session, 2, first.lastId());
  await again.over;
  expect(dataOf(again.texts)).toEqual(lines(dataOf(first.texts).length + 1, 60));
});

test("an event that nobody knows of resumes nothing, whoever is asked", async () => {
  const session = await sessionAt(0);
  const other = await sessionAt(0);
  const stream = await called(session, 0, "count", { n: 2, ms: 1 });
  await stream.over;
  const id = stream.lastId();
  const unknown = [id.replace(/.$/, (digit) => String((Number(digit) + 1) % 10)), "a-1_1", "no"];
  for (const lastEventId of unknown)
    expect((await listened(session, 1, lastEventId)).status).toBe(400);
  expect((await listened(other, 1, id)).status).toBe(400);
});
