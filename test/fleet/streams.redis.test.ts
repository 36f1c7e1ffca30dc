import { fileURLToPath } from "node:url";
import { startRedis } from "@headgate/redis-server-for-tests";
import type { RedisServer } from "@headgate/redis-server-for-tests";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { configOf, http } from "../gateway/config.ts";
import { openSession } from "../wire/session.ts";
import type { RawSession } from "../wire/session.ts";
import { startFleet } from "./fleet.ts";
import type { Fleet } from "./fleet.ts";
import { readMetrics, total } from "./metrics.ts";
import { linesOf, sessionAt } from "./reading.ts";
import type { Reading, SessionAt } from "./reading.ts";
import { startTalker } from "./talker.ts";
import type { Talker } from "./talker.ts";

const KEY = Buffer.alloc(32, 7).toString("base64");
/** A backend that is a child process of the gateway that uses it. */
const CHILD = {
  name: "child",
  transport: "stdio",
  command: process.execPath,
  args: [fileURLToPath(new URL("../fixtures/toolsets/main.ts", import.meta.url))],
};
const CAPABILITIES = { roots: { listChanged: true }, sampling: {}, elicitation: {} };

let redis: RedisServer;
let talker: Talker;
let fleet: Fleet;

beforeAll(async () => {
  [redis, talker] = await Promise.all([startRedis(), startTalker()]);
  fleet = await startFleet({
    size: 3,
    env: { HEADGATE_SESSION_KEY: KEY },
    config: configOf([http("t", talker.url), CHILD], {
      sessionStorage: { provider: "redis", address: `${redis.host}:${redis.port}` },
    }),
  });
});

afterAll(async () => {
  await fleet.stop();
  await Promise.all([talker.close(), redis.stop()]);
});

/** One session, at each gateway of the fleet. */
type Everywhere = { session: RawSession; a: SessionAt; b: SessionAt; c: SessionAt };

async function begin(): Promise<Everywhere> {
  const [a, b, c] = fleet.gateways.map(({ url }) => url) as [string, string, string];
  const session = await openSession(a, { capabilities: CAPABILITIES });
  return {
    session,
    a: sessionAt(session, a),
    b: sessionAt(session, b),
    c: sessionAt(session, c),
  };
}

function lines(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
}

/** The client's answer to what a backend asked, as text. */
function answerTo(asked: string, result: object): string {
  const { id } = JSON.parse(asked) as { id: string };
  return JSON.stringify({ jsonrpc: "2.0", id, result });
}

let heardLines = 0;

/** Resolves once whatever a backend says of its own accord comes by this stream. */
async function heard(stream: Reading): Promise<void> {
  const said: string[] = [];
  await vi.waitFor(
    async () => {
      said.push(`heard ${++heardLines}`);
      await talker.say(said.at(-1) ?? "");
      expect(said.length).toBeGreaterThan(3);
      expect(linesOf(stream.texts)).toEqual(expect.arrayContaining(said.slice(-4, -1)));
    },
    { timeout: 10_000, interval: 100 },
  );
}

function notification(method: string, params: object): string {
  return JSON.stringify({ jsonrpc: "2.0", method, params });
}

test("a stream cut at one gateway goes on at another, with no event lost or repeated", async () => {
  const { a, b, c } = await begin();
  const first = await a.call("t_count", { n: 60, ms: 10 });
  await first.until("line 10");
  await first.cut();
  const second = await b.listen(first.lastId());
  await second.until("line 30");
  await second.cut();
  const third = await c.listen(second.lastId());
  await third.over;
  const all = [...first.texts, ...second.texts, ...third.texts];
  expect(linesOf(all)).toEqual(lines(1, 60));
  expect(JSON.parse(all.at(-1) ?? "")).toMatchObject({
    id: 7,
    result: { content: [{ text: "count was called" }] },
  });
  // The client has everything, which each of them knows.
  for (const at of [a, b, c]) expect((await at.listen(third.lastId())).status).toBe(204);
  const again = await c.listen(first.lastId());
  await again.over;
  expect(linesOf(again.texts)).toEqual(lines(linesOf(first.texts).length + 1, 60));
});

test("an event that nobody knows of resumes nothing, whoever is asked", async () => {
  const [one, other] = await Promise.all([begin(), begin()]);
  const stream = await one.a.call("t_count", { n: 2, ms: 1 });
  await stream.over;
  const id = stream.lastId();
  const unknown = [id.replace(/.$/, (digit) => String((Number(digit) + 1) % 10)), "a-1_1", "no"];
  for (const lastEventId of unknown) expect((await one.b.listen(lastEventId)).status).toBe(400);
  expect((await other.b.listen(id)).status).toBe(400);
});

test("an answer that comes as JSON leaves nothing in Redis, and of a stream nobody can read anything there", async () => {
  const { session, a } = await begin();
  const id = session.headers["mcp-session-id"] ?? "";
  await (
    await a.call("t_well")
  ).over;
  expect(await redis.command("--scan", "--pattern", `*events:*${id}*`)).toBe("");
  const stream = await a.call("t_count", { n: 3, ms: 1 });
  await stream.over;
  const keys = (await redis.command("--scan", "--pattern", `*events:*${id}*:*`)).split("\n");
  expect(keys).toHaveLength(1);
  const kept = await redis.command("XRANGE", keys[0] ?? "", "-", "+");
  expect(kept).toContain("v1.e.");
  expect(kept).not.toContain("line");
  await a.end();
  await vi.waitFor(async () =>
    expect(await redis.command("--scan", "--pattern", `*events:*${id}*:*`)).toBe(""),
  );
});

test("what a backend asks through one gateway is answered through another, also when the call's stream went on at a third", async () => {
  const { a, b, c } = await begin();
  const first = await a.call("t_elicitation");
  const asked = await first.until("elicitation/create");
  await first.cut();
  const second = await c.listen(first.lastId());
  const answer = answerTo(asked, { action: "accept", content: { name: "Ada" } });
  expect((await b.post(answer)).status).toBe(202);
  await second.over;
  expect(second.texts).toHaveLength(1);
  expect(second.texts[0]).toContain("Ada");

  const roots = await b.call("t_roots");
  await c.post(answerTo(await roots.until("roots/list"), { roots: [{ uri: "file:///one" }] }));
  expect(await roots.until('"result"')).toContain("file:///one");
});

test("progress of what a client was asked, and its wish to cancel, reach the gateway that they are for", async () => {
  const { a, b, c } = await begin();
  const sampling = await a.call("t_sampling");
  const asked = await sampling.until("sampling/createMessage");
  const { params } = JSON.parse(asked) as { params: { _meta: { progressToken: string } } };
  const { progressToken } = params["_meta"];
  await b.post(notification("notifications/progress", { progressToken, progress: 42 }));
  await vi.waitFor(() => expect(talker.progress).toContain(42));
  const said = { role: "assistant", content: { type: "text", text: "Hello" }, model: "m" };
  await c.post(answerTo(asked, said));
  expect(await sampling.until('"result"')).toContain("Hello");

  const waiting = await a.call("t_wait", { text: "for nothing" }, 8);
  await waiting.until("waiting");
  await b.post(notification("notifications/cancelled", { requestId: 8, reason: "enough" }));
  await waiting.over;
  await vi.waitFor(() => expect(talker.cancelled).toContain("for nothing"));
  expect(waiting.texts.some((text) => text.includes('"result"'))).toBe(false);
});

test("the newest of a client's standing streams gets each message, wherever it stands, and then the one before it", async () => {
  const { a, b, c } = await begin();
  await (
    await c.call("t_well")
  ).over;
  const one = await a.listen();
  await heard(one);
  await talker.say("first");
  await one.until("first");
  const other = await b.listen();
  // The backend's own stream moves with the client's.
  await heard(other);
  const before = linesOf(one.texts).length;
  await talker.say("second");
  await other.until("second");
  expect(linesOf(one.texts)).toHaveLength(before);
  await other.cut();
  await heard(one);
  const said = [...linesOf(one.texts), ...linesOf(other.texts)];
  for (const line of ["first", "second"])
    expect(said.filter((each) => each === line)).toHaveLength(1);
  await one.cut();
});

test("a standing stream cut at one gateway goes on at another after the last event", async () => {
  const { a, b } = await begin();
  await (
    await a.call("t_well")
  ).over;
  const one = await a.listen();
  await heard(one);
  await talker.say("one");
  await one.until("one");
  await one.cut();
  const other = await b.listen(one.lastId());
  expect(other.status).toBe(200);
  await heard(other);
  await talker.say("two");
  await other.until("two");
  expect(linesOf(other.texts)).not.toContain("one");
  await other.cut();
});

test("news of lists come once, from the gateway that the client listens to", async () => {
  const { a, b, c } = await begin();
  for (const at of [a, b, c]) await (await at.call("t_well")).over;
  const stream = await b.listen();
  await heard(stream);
  await talker.grow("late");
  await stream.until("tools/list_changed");
  for (const at of [a, b, c])
    await vi.waitFor(
      async () => {
        const listed = await (
          await at.post(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }))
        ).text();
        expect(listed).toContain("t_late");
      },
      { timeout: 10_000, interval: 100 },
    );
  expect(stream.texts.filter((text) => text.includes("list_changed"))).toHaveLength(1);
  await stream.cut();
});

test("what a backend shows to one session alone is shown to it by every gateway", async () => {
  const { session, a, b, c } = await begin();
  const tools = async (at: SessionAt): Promise<string> =>
    (await at.post(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }))).text();
  for (const at of [a, c]) await (await at.call("t_well")).over;
  const stream = await b.listen();
  await heard(stream);
  await (
    await a.call("t_unlock")
  ).over;
  await stream.until("tools/list_changed");
  for (const at of [a, b, c]) expect(await tools(at)).toContain("t_secret");
  expect(stream.texts.filter((text) => text.includes("list_changed"))).toHaveLength(1);
  const other = await begin();
  expect(await tools(other.a)).not.toContain("t_secret");
  await stream.cut();
  // Also by one that has never heard of it.
  await fleet.killAndReplace(2);
  const fresh = fleet.gateways[2]?.url ?? "";
  expect(await tools(sessionAt(session, fresh))).toContain("t_secret");
});

test("what a child of one gateway says comes by the stream at another", async () => {
  const { a, b } = await begin();
  const stream = await b.listen();
  await (
    await a.call("child_enable")
  ).over;
  await stream.until("tools/list_changed");
  const listed = await a.post(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }));
  expect(await listed.text()).toContain("child_enabled");
  expect(stream.texts).toHaveLength(1);
  // A child is its gateway's, so that another one begins anew, and says so.
  const moved = await b.call("child_enable");
  await moved.over;
  expect(moved.texts.at(-1)).toContain("io.headgate/backendSession");
  await stream.until('"headgate"');
  await stream.cut();
});

test("a Redis that stalls holds up no stream, and no event gets lost or comes twice", async () => {
  const { a } = await begin();
  const standing = await a.listen();
  const call = await a.call("t_count", { n: 150, ms: 10 });
  await call.until("line 10");
  const stalled = redis.pause(1_000);
  const startedMs = performance.now();
  await call.until("line 60");
  expect(performance.now() - startedMs).toBeLessThan(1_000);
  await stalled;
  await call.over;
  expect(linesOf(call.texts)).toEqual(lines(1, 150));
  await heard(standing);
  expect(new Set(standing.texts).size).toBe(standing.texts.length);
  await standing.cut();
});

test("a call whose gateway is gone is answered with an error at the next one", async () => {
  const { session } = await begin();
  const [a, b] = fleet.gateways.map(({ url }) => url) as [string, string];
  const call = await sessionAt(session, a).call("t_wait", { text: "lost" });
  await call.until("waiting");
  await fleet.killAndReplace(0);
  await call.over;
  const resumed = await sessionAt(session, b).listen(call.lastId());
  await resumed.over;
  expect(resumed.texts).toHaveLength(1);
  expect(JSON.parse(resumed.texts[0] ?? "")).toMatchObject({
    id: 7,
    error: { message: expect.stringContaining("gone") as string },
  });
  expect((await sessionAt(session, b).listen(resumed.lastId())).status).toBe(204);
});

test("what gateways carry for each other is counted", async () => {
  const sums = async (metric: string): Promise<number> => {
    const all = await Promise.all(fleet.gateways.map(({ origin }) => readMetrics(origin)));
    return total(all.flat(), metric);
  };
  expect(await sums("headgate_events_appended_total")).toBeGreaterThan(0);
  expect(await sums("headgate_messages_carried_total")).toBeGreaterThan(0);
  await vi.waitFor(async () => expect(await sums("headgate_streams_followed")).toBe(0), 5_000);
});
