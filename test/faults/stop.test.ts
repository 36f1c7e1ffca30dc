import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { startGateway } from "../gateway/start.ts";
import type { StartedGateway } from "../gateway/start.ts";
import { configOf, httpBackend, stdioBackend } from "./gateway-config.ts";
import { childrenOf, isAlive } from "./process-table.ts";
import { allEvents, answerIn, isStream, Session } from "./session.ts";

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

type Scene = { backend: Misbehaving; gateway: StartedGateway; session: Session };

/** A gateway over one HTTP backend and one child, with a session that has used both. */
async function scene(drain: object): Promise<Scene> {
  const backend = await startMisbehaving();
  cleanups.push(() => backend.close());
  const backends = [httpBackend("http", backend.url), stdioBackend("child", "on-call")];
  const gateway = await startGateway({ config: configOf(backends, { drain }) });
  cleanups.push(() => gateway.stop());
  const session = await Session.open(gateway.url);
  cleanups.push(() => session.leave());
  expect((await session.call("child_echo")).result).toBeDefined();
  expect((await session.call("http_well")).result).toBeDefined();
  return { backend, gateway, session };
}

function call(session: Session, name: string, args: object = {}) {
  return session.post("tools/call", { name, arguments: args });
}

/** What `/readyz` answers: its status, or nothing where nobody listens any more. */
async function readiness(origin: string): Promise<number | undefined> {
  return fetch(`${origin}/readyz`).then(
    ({ status }) => status,
    () => undefined,
  );
}

test("SIGTERM: calls in flight finish, standing streams get a hint when to come back, children go, and the exit code is 0", async () => {
  const { backend, gateway, session } = await scene({ gracePeriod: "10s" });
  const children = await childrenOf(gateway.pid);
  expect(children.length).toBeGreaterThan(0);
  const standing = await session.listen();
  const reached = backend.next("tools/call");
  const json = call(session, "http_slow", { ms: 700 });
  const streamed = call(session, "http_slow_streaming", { ms: 1_500 });
  await reached;
  const other = await Session.open(gateway.url);
  const late = call(other, "http_slow", { ms: 1_400 });

  const startedMs = performance.now();
  const stopped = gateway.stop();
  await expect.poll(() => readiness(gateway.origin)).not.toBe(200);
  expect(performance.now() - startedMs).toBeLessThan(500);

  const [first, second, third] = await Promise.all([json, streamed, late]);
  expect([isStream(first), isStream(second), isStream(third)]).toEqual([false, true, true]);
  for (const response of [first, second, third])
    expect((await answerIn(response)).result?.content).toEqual([{ type: "text", text: "ok" }]);
  const events = await allEvents(standing);
  expect(events.at(-1)).toEqual({ retryMs: 1_000 });
  expect(await stopped).toBe(0);
  expect(performance.now() - startedMs).toBeLessThan(10_000);
  expect(children.filter(isAlive)).toEqual([]);
});

test("drain.delay: readiness fails at once, and calls and new sessions are served until it is over", async () => {
  const { gateway, session } = await scene({ delay: "1500ms", gracePeriod: "5s" });
  const startedMs = performance.now();
  const stopped = gateway.stop();
  await expect.poll(() => readiness(gateway.origin), { interval: 10 }).toBe(503);
  expect(performance.now() - startedMs).toBeLessThan(500);
  const { headers } = await fetch(`${gateway.origin}/health`);
  expect(headers.get("connection")).toBe("close");
  let served = 0;
  while (performance.now() - startedMs < 1_200) {
    expect((await session.call("http_well")).result).toBeDefined();
    expect((await session.call("child_echo")).result).toBeDefined();
    const fresh = await Session.open(gateway.url);
    expect(await fresh.tools()).toContain("http_well");
    expect(await readiness(gateway.origin)).toBe(503);
    await fresh.close();
    served++;
    await delay(20);
  }
  expect(served).toBeGreaterThan(5);
  expect(await stopped).toBe(0);
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1_500);
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});

test("a call that does not finish in the grace time is ended, and the exit code is 0 all the same", async () => {
  const { backend, gateway, session } = await scene({ gracePeriod: "300ms" });
  const reached = backend.next("tools/call");
  const hung = session.call("http_hang");
  await reached;
  const cancelled = backend.next("notifications/cancelled");
  const startedMs = performance.now();
  const stopped = gateway.stop();
  await cancelled;
  expect(await stopped).toBe(0);
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(300);
  expect(performance.now() - startedMs).toBeLessThan(5_000);
  expect((await hung).error).toEqual({
    code: -32_603,
    message: "The gateway stopped before the backend answered.",
  });
});

test("a second signal does not wait for calls", async () => {
  const { backend, gateway, session } = await scene({ gracePeriod: "30s" });
  const reached = backend.next("tools/call");
  const hung = call(session, "http_hang").catch((error: unknown) => error);
  await reached;
  const startedMs = performance.now();
  const stopped = gateway.stop();
  await expect.poll(() => gateway.logs()).toContain('"phase":"finishing"');
  process.kill(gateway.pid, "SIGTERM");
  expect(await stopped).toBe(0);
  expect(performance.now() - startedMs).toBeLessThan(5_000);
  await hung;
});

test("a client that calls without a pause does not keep the gateway from stopping", async () => {
  const { gateway, session } = await scene({ gracePeriod: "10s" });
  let over = false;
  const calling = (async () => {
    for (;;) {
      const answered = await session.call("http_well").then(
        ({ result }) => result !== undefined,
        () => false,
      );
      if (!answered) return (over = true);
    }
  })();
  const startedMs = performance.now();
  expect(await gateway.stop()).toBe(0);
  expect(performance.now() - startedMs).toBeLessThan(5_000);
  await calling;
  expect(over).toBe(true);
});
