import { startRedis } from "@headgate/redis-server-for-tests";
import type { RedisServer } from "@headgate/redis-server-for-tests";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stdioBackend } from "../faults/gateway-config.ts";
import { startEcho } from "../fixtures/echo/listen.ts";
import type { Echo } from "../fixtures/echo/listen.ts";
import { events, messagesIn, notificationText, requestText } from "../wire/http.ts";
import { openSession } from "../wire/session.ts";
import type { RawSession } from "../wire/session.ts";
import { configOf, http } from "./config.ts";
import { startGateway } from "./start.ts";
import type { StartedGateway } from "./start.ts";

let redis: RedisServer;
let echo: Echo;
let one: StartedGateway;
let other: StartedGateway;

beforeAll(async () => {
  [redis, echo] = await Promise.all([startRedis(), startEcho()]);
  const config = configOf([http("e", echo.url), stdioBackend("child", "on-call")], {
    sessionStorage: { provider: "redis", address: `127.0.0.1:${redis.port}` },
  });
  [one, other] = await Promise.all([startGateway({ config }), startGateway({ config })]);
});

afterAll(async () => {
  await Promise.all([one.stop(), other.stop()]);
  await Promise.all([redis.stop(), echo.close()]);
});

/** The session as its client has it at another gateway. */
async function at(gateway: StartedGateway, session: RawSession, text: string): Promise<string[]> {
  const response = await fetch(gateway.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...session.headers,
    },
    body: text,
  });
  return messagesIn(response);
}

function call(id: number, name: string): string {
  return requestText(id, "tools/call", { name });
}

test("a child is bound to its process: a move begins anew, which its client is told once", async () => {
  const session = await openSession(one.url);
  const stop = new AbortController();
  const first = await at(one, session, call(1, "child_echo"));
  expect(first.at(-1)).not.toContain("io.headgate/backendSession");
  const moved = await at(other, session, call(2, "child_echo"));
  expect(moved.at(-1)).toContain('"io.headgate/backendSession":"renewed"');
  const again = await at(other, session, call(3, "child_echo"));
  expect(again.at(-1)).not.toContain("io.headgate/backendSession");
  stop.abort();
  await session.end();
});

test("a session at a backend over HTTP is gone on in by any process without a handshake", async () => {
  const session = await openSession(one.url);
  await at(one, session, call(1, "e_as_json"));
  const before = echo.methods().length;
  await at(other, session, call(2, "e_as_json"));
  expect(echo.methods().slice(before)).toEqual(["tools/call"]);
  const sent = echo.headersOf("tools/call").map((headers) => headers["mcp-session-id"]);
  expect(sent.at(-1)).toBe(sent.at(-2));
  await session.end();
});

test("what a client says beside its requests reaches backends that only another process used", async () => {
  const session = await openSession(one.url);
  await at(one, session, call(1, "e_as_json"));
  const count = echo.headersOf("logging/setLevel").length;
  const level = requestText(2, "logging/setLevel", { level: "error" });
  expect((await at(other, session, level)).at(-1)).toContain('"result"');
  expect(echo.headersOf("logging/setLevel").length).toBe(count + 1);
  const roots = echo.arrived(
    "notifications/roots/list_changed",
    echo.headersOf("notifications/roots/list_changed").length + 1,
  );
  const third = await openSession(one.url);
  await at(one, third, call(1, "e_as_json"));
  await at(other, third, notificationText("notifications/roots/list_changed"));
  await roots;
  await session.end();
  await third.end();
});

test("the log of a client that listens at one process tells of a move to another", async () => {
  const session = await openSession(one.url);
  const stop = new AbortController();
  await at(one, session, call(1, "child_echo"));
  const stream = events(await session.stream(undefined, stop.signal));
  await at(other, session, call(2, "child_echo"));
  for await (const { data } of stream) {
    if (!data?.includes("begins anew")) continue;
    expect(data).toContain("another gateway process had its connection");
    break;
  }
  stop.abort();
});
