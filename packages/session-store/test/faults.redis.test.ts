import { faultProxy, startRedis, startSentinel } from "@headgate/redis-server-for-tests";
import { expect, onTestFinished, test } from "vitest";
import type { CachedSessionsOptions } from "../src/cache/settings.ts";
import { redisEventLog } from "../src/events/redis.ts";
import { startProcess, valueAt } from "./redis-process.ts";

const ID = "an-id-of-a-session";
const KEY = `headgate:session:${ID}`;
const append = (text: string) => (value: string) => (value.includes(text) ? value : value + text);

/** A server with a proxy before it, and two processes: the first behind the proxy, the second not. */
async function pair(options: Partial<CachedSessionsOptions> = {}) {
  const server = await startRedis();
  const proxy = await faultProxy(server);
  const a = await startProcess({ kind: "single", ...endpoint(proxy) }, "a", options);
  const b = await startProcess({ kind: "single", ...endpoint(server) }, "b", options);
  onTestFinished(async () => {
    await Promise.all([a.close(), b.close()]);
    await proxy.stop();
    await server.stop();
  });
  return { server, proxy, a, b };
}

function endpoint({ host, port }: { readonly host: string; readonly port: number }) {
  return { host, port };
}

async function timed<Outcome>(promise: Promise<Outcome>): Promise<[Outcome, number]> {
  const begin = performance.now();
  return [await promise, performance.now() - begin];
}

test("while Redis stands still, known sessions go on, nobody waits longer than the deadline, and what they changed is written after", async () => {
  const { server, a, b } = await pair();
  await a.sessions.create(ID, "a");
  const returned = a.happens("store-returned");
  const paused = server.pause(1500);
  const [first, firstMs] = await timed(a.sessions.update(ID, append("b")));
  expect(first).toMatchObject({ outcome: "updated", written: false });
  expect(firstMs).toBeGreaterThan(90);
  expect(firstMs).toBeLessThan(250);
  const [second, secondMs] = await timed(a.sessions.update(ID, append("c")));
  expect(second).toMatchObject({ outcome: "updated", record: { value: "abc" }, written: false });
  expect(secondMs).toBeLessThan(20);
  const [refused, refusedMs] = await timed(a.sessions.create("another", "x"));
  expect(refused).toMatchObject({ outcome: "unavailable", retryAfterMs: 1000 });
  expect(refusedMs).toBeLessThan(250);
  await paused;
  await returned;
  await a.sessions.flush();
  expect(await valueAt(b, ID)).toBe("abc");
});

test("a Redis that was killed and is back empty gets the sessions that are held, and goes on", async () => {
  const { server, a, b } = await pair();
  await a.sessions.create(ID, "a");
  await server.kill();
  expect(await valueAt(a, ID)).toBe("a");
  expect(await a.sessions.update(ID, append("b"))).toMatchObject({ written: false });
  const returned = a.happens("store-returned");
  await server.restart();
  await returned;
  await a.sessions.flush();
  expect(await server.command("EXISTS", KEY)).toBe("1");
  expect(await valueAt(b, ID)).toBe("ab");
});

test("a tombstone is told from a key that is merely missing: the one ends a session, the other is put back", async () => {
  const { server, a, b } = await pair();
  for (const id of ["ended", "lost"]) {
    await a.sessions.create(id, id);
    await valueAt(b, id);
  }
  const heard = b.happens("ended");
  await a.sessions.end("ended");
  await server.command("DEL", "headgate:session:lost");
  await heard;
  const gap = b.happens("bus-gap");
  await server.command("CLIENT", "KILL", "TYPE", "pubsub");
  await gap;
  expect(await valueAt(b, "ended")).toBe("<ended>");
  expect(await valueAt(b, "lost")).toBe("lost");
  expect(await a.sessions.create("ended", "again")).toEqual({ outcome: "exists" });
});

test("an end that another process did not hear of is found at its next round trip", async () => {
  const { proxy, a, b } = await pair();
  await b.sessions.create(ID, "a");
  await valueAt(a, ID);
  const gap = a.happens("bus-gap");
  await proxy.refuse();
  await b.sessions.end(ID);
  expect(await valueAt(a, ID)).toBe("a");
  await proxy.accept();
  await gap;
  await expect.poll(() => valueAt(a, ID)).toBe("<ended>");
});

test("a write whose answer was lost with the connection is not made twice", async () => {
  const { proxy, a, b } = await pair();
  await a.sessions.create(ID, "a");
  await a.sessions.update(ID, append("b"));
  const returned = a.happens("store-returned");
  proxy.cutAfterNext("EVALSHA");
  const lost = await a.sessions.update(ID, append("c"));
  expect(lost).toMatchObject({ outcome: "updated", record: { value: "abc" }, written: false });
  await returned;
  await a.sessions.flush();
  expect(await b.store.read(ID)).toEqual({
    outcome: "found",
    record: { value: "abc", revision: 3 },
  });
});

test("an end whose answer was lost stays an end", async () => {
  const { proxy, a, b } = await pair();
  await a.sessions.create(ID, "a");
  const returned = a.happens("store-returned");
  proxy.cutAfterNext("SET");
  expect(await a.sessions.end(ID)).toEqual({ outcome: "ended", was: "live", written: false });
  expect(await valueAt(a, ID)).toBe("<ended>");
  await returned;
  await a.sessions.flush();
  expect(await b.store.peek(ID)).toEqual({ outcome: "ended" });
});

test("with `local` sessions begin while Redis is away, and every process has them when it is back", async () => {
  const { proxy, a, b } = await pair({ onStoreFailure: "local" });
  await proxy.refuse();
  const created = await a.sessions.create(ID, "a");
  expect(created).toMatchObject({ outcome: "created", written: false });
  expect(await valueAt(a, ID)).toBe("a");
  const returned = a.happens("store-returned");
  await proxy.accept();
  await returned;
  await a.sessions.flush();
  expect(await valueAt(b, ID)).toBe("a");
});

test("a Redis without memory refuses writes by a reason of its own, and still answers reads", async () => {
  const { proxy, a } = await pair();
  await a.sessions.create(ID, "a");
  await a.sessions.update(ID, append("b"));
  proxy.answerNext("OOM command not allowed when used memory > 'maxmemory'.", "SET");
  expect(await a.sessions.create("another", "x")).toMatchObject({
    outcome: "unavailable",
    reason: "store-full",
    executed: "no",
  });
  expect(await a.sessions.read(ID, { fresh: true })).toMatchObject({ outcome: "found" });
});

test("a Redis that forbids a command is told as refusing, with the cause for the log", async () => {
  const { proxy, a } = await pair();
  proxy.answerNext("NOPERM this user has no permissions", "GETEX");
  expect(await a.store.read(ID)).toMatchObject({
    outcome: "unavailable",
    reason: "store-refused",
    cause: { code: "forbidden" },
  });
});

test("a follower loses nothing over a cut of all its connections, and nothing comes twice", async () => {
  const { server, proxy, a, b } = await pair();
  const stream = { sessionId: "session", streamId: "stream" };
  const [here, there] = [a, b].map(({ connection }) => redisEventLog({ connection }));
  const texts: string[] = [];
  const stop = here?.follow(stream, 0, { event: ({ event }) => void texts.push(event) });
  for (let index = 0; index < 100; index++) {
    if (index === 30) proxy.cut();
    if (index === 60) await server.command("CLIENT", "KILL", "TYPE", "pubsub");
    await there?.append(stream, `${index}`);
  }
  const all = Array.from({ length: 100 }, (_, index) => `${index}`);
  await expect.poll(() => texts, { timeout: 10_000 }).toEqual(all);
  stop?.();
});

test("a follower goes on with a Redis that is back empty, and is told that something may be lost", async () => {
  const { server, a, b } = await pair();
  const stream = { sessionId: "session", streamId: "stream" };
  const [here, there] = [a, b].map(({ connection }) => redisEventLog({ connection }));
  const told: string[] = [];
  const follower = {
    event: ({ event }: { readonly event: string }) => void told.push(event),
    lost: () => void told.push("(lost)"),
  };
  await there?.append(stream, "before");
  const stop = here?.follow(stream, 0, follower);
  await expect.poll(() => told).toEqual(["before"]);
  await server.restart();
  await expect
    .poll(async () => (await there?.append(stream, "after"))?.outcome, { timeout: 10_000 })
    .toBe("appended");
  await expect.poll(() => told, { timeout: 10_000 }).toEqual(["before", "(lost)", "after"]);
  stop?.();
});

test("over a failover of Sentinels sessions go on, and the same connection finds the new primary", async () => {
  const set = await startSentinel();
  const { masterName, sentinels } = set;
  const process = await startProcess({ kind: "sentinel", masterName, sentinels }, "a");
  onTestFinished(async () => {
    await process.close();
    await set.stop();
  });
  await process.sessions.create(ID, "a");
  const returned = process.happens("store-returned");
  const failover = set.failover();
  const update = () => process.sessions.update(ID, append("b"));
  await expect.poll(update).toMatchObject({ outcome: "updated", written: false });
  expect(await valueAt(process, ID)).toBe("ab");
  await failover;
  await returned;
  await process.sessions.flush();
  expect(await process.sessions.update(ID, append("c"))).toMatchObject({ written: true });
  const primary = await set.primary();
  expect(await primary.command("GET", KEY)).toMatch(/ abc$/);
});
