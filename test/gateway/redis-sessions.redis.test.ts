import { startRedis } from "@headgate/redis-server-for-tests";
import type { RedisServer } from "@headgate/redis-server-for-tests";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startCounting } from "../fixtures/counting/listen.ts";
import type { Counting } from "../fixtures/counting/listen.ts";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import { messagesIn, notificationText, post, requestText } from "../wire/http.ts";
import { initializeText, openSession } from "../wire/session.ts";
import type { RawSession } from "../wire/session.ts";
import { configOf, http } from "./config.ts";
import { startGateway } from "./start.ts";
import type { StartedGateway } from "./start.ts";

/** A dead Redis holds up a request for 100 ms at most; the rest is for a machine that is busy with other things. */
const SOON_MS = 1_500;

/** Once it is known to be away it holds up none at all. */
const MEDIAN_MS = 100;

let backend: Counting;
let redis: RedisServer;
const gateways: StartedGateway[] = [];

beforeAll(async () => {
  backend = await startCounting();
});

beforeEach(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
  await redis.stop();
});

afterAll(() => backend.close());

async function started(
  storage: object = {},
  more: object = {},
  url = backend.url,
): Promise<StartedGateway> {
  const gateway = await startGateway({
    config: configOf([http("b", url)], {
      sessionStorage: { provider: "redis", address: `127.0.0.1:${redis.port}`, ...storage },
      ...more,
    }),
  });
  gateways.push(gateway);
  return gateway;
}

/** The same session as seen by another gateway. */
function at(gateway: StartedGateway, session: RawSession) {
  return {
    count: (id: number) => count(gateway.url, session, id),
    end: () => fetch(gateway.url, { method: "DELETE", headers: session.headers }),
  };
}

type Counted = { status: number; count: string | undefined; retryAfter: number; tookMs: number };

async function count(url: string, { headers }: RawSession, id: number): Promise<Counted> {
  const startedMs = performance.now();
  const params = { name: "b_count", arguments: { key: `${headers["mcp-session-id"]}-${id}` } };
  const response = await post(url, requestText(id, "tools/call", params), headers);
  const [answer = "{}"] = await messagesIn(response);
  const { result } = JSON.parse(answer) as { result?: { content: { text: string }[] } };
  return {
    status: response.status,
    count: result?.content[0]?.text,
    retryAfter: Number(response.headers.get("retry-after")),
    tookMs: performance.now() - startedMs,
  };
}

function expectSoon(seen: readonly Counted[]): void {
  const times = seen.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  expect(times.at(-1)).toBeLessThan(SOON_MS);
  expect(times[Math.floor(times.length / 2)]).toBeLessThan(MEDIAN_MS);
}

function lines(gateway: StartedGateway, part: string): number {
  return gateway
    .logs()
    .split("\n")
    .filter((line) => line.includes(part)).length;
}

const AWAY = "sessions here go on";
const BACK = "Redis keeps sessions again";

describe("while Redis is away", () => {
  test("a gateway starts and is ready, refuses sessions and says when to come back, and knows none that are not there", async () => {
    await redis.kill();
    const gateway = await started();
    expect((await fetch(`${gateway.origin}/readyz`)).status).toBe(200);
    for (let n = 0; n < 3; n++) {
      const startedMs = performance.now();
      const refused = await post(gateway.url, initializeText("2025-11-25"));
      expect(performance.now() - startedMs).toBeLessThan(SOON_MS);
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await refused.text()).toContain("Sessions cannot be reached");
    }
    const headers = { "mcp-session-id": crypto.randomUUID() };
    const unknown = await post(gateway.url, notificationText("notifications/initialized"), headers);
    expect(unknown.status).toBe(503);
    expect(lines(gateway, AWAY)).toBe(1);
    await redis.restart();
    await expect
      .poll(async () => (await post(gateway.url, initializeText("2025-11-25"))).status, {
        timeout: 15_000,
      })
      .toBe(200);
    const gone = await post(gateway.url, notificationText("notifications/initialized"), headers);
    expect(gone.status).toBe(404);
    expect(lines(gateway, BACK)).toBe(1);
  });

  test("sessions begin in one process where that is asked for, and in all once it is back", async () => {
    await redis.kill();
    const [one, other] = [
      await started({ onStoreFailure: "local" }),
      await started({ onStoreFailure: "local" }),
    ];
    const session = await openSession(one.url);
    expect(await count(one.url, session, 1)).toMatchObject({ status: 200, count: "1" });
    expect((await at(other, session).count(2)).status).toBe(503);
    await redis.restart();
    await expect
      .poll(async () => (await at(other, session).count(3)).count, { timeout: 15_000 })
      .toBe("2");
    expect(await count(one.url, session, 4)).toMatchObject({ status: 200, count: "3" });
  });

  test("sessions that are here go on, what they change is written once it is back, and nothing is done twice", async () => {
    const [one, other] = [await started(), await started()];
    const session = await openSession(one.url);
    await count(one.url, session, 1);
    await redis.kill();
    const level = requestText(0, "logging/setLevel", { level: "error" });
    expect(await (await session.post(level)).text()).toContain('"result"');
    const seen: Counted[] = [];
    const until = performance.now() + 2_500;
    for (let id = 2; performance.now() < until; id++) seen.push(await count(one.url, session, id));
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([200]));
    expectSoon(seen);
    expect(seen.at(-1)?.count).toBe(String(seen.length + 1));
    await redis.restart();
    // It came back empty.
    await expect
      .poll(async () => (await at(other, session).count(100_000)).count, { timeout: 15_000 })
      .toBe(String(seen.length + 2));
    expect([...backend.runs.values()].every((runs) => runs === 1)).toBe(true);
    expect([lines(one, AWAY), lines(one, BACK)]).toEqual([1, 1]);
  });

  test("a session that is ended stays ended once it is back", async () => {
    const [one, other] = [await started(), await started()];
    const session = await openSession(one.url);
    await count(one.url, session, 1);
    expect((await at(other, session).count(2)).count).toBe("2");
    const paused = redis.pause(1_500);
    const ended = await at(one, session).end();
    expect(ended.status).toBe(200);
    await paused;
    await expect
      .poll(async () => (await at(other, session).count(3)).status, { timeout: 15_000 })
      .toBe(404);
    expect((await count(one.url, session, 4)).status).toBe(404);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await at(other, session).count(5)).status).toBe(404);
  });
});

describe("when Redis stands still", () => {
  test("no request waits long, limits included", async () => {
    const gateway = await started(
      {},
      { rateLimiting: { shared: { maxTokens: 100_000, refillPeriod: "1h0m0s" } } },
    );
    const session = await openSession(gateway.url);
    await count(gateway.url, session, 1);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const paused = redis.pause(3_000);
    const seen: Counted[] = [];
    const until = performance.now() + 2_500;
    for (let id = 2; performance.now() < until; id++) {
      seen.push(await count(gateway.url, session, id));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await paused;
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([200]));
    expectSoon(seen);
    expect([...backend.runs.values()].every((runs) => runs === 1)).toBe(true);
  });
});

describe("when Redis lost everything", () => {
  test("sessions that a process holds are written back, and go on in all", async () => {
    const [one, other] = [await started(), await started()];
    const session = await openSession(one.url);
    await count(one.url, session, 1);
    await redis.restart();
    await expect
      .poll(async () => (await redis.command("KEYS", "*session:*")).trim(), { timeout: 15_000 })
      .toContain(session.headers["mcp-session-id"]);
    expect(await at(other, session).count(2)).toMatchObject({ status: 200, count: "2" });
    expect(await count(one.url, session, 3)).toMatchObject({ status: 200, count: "3" });
  });
});

test("a gateway is ready for sessions of others once it knows what backends offer, or waited for that", async () => {
  const silent = await startMisbehaving({ at: { initialize: "hang" } });
  try {
    const startedMs = performance.now();
    const waiting = await started({}, { operational: { startupWait: "1500ms" } }, silent.url);
    expect(performance.now() - startedMs).toBeGreaterThan(1_500);
    const page = await fetch(`${waiting.origin}/readyz`);
    expect(await page.json()).toMatchObject({ status: "ready" });
  } finally {
    await silent.close();
  }
});

test("an encrypted session with ten backends takes less than 2 KB in Redis", async () => {
  const names = Array.from({ length: 10 }, (_, n) => `backend-with-a-name-${n}`);
  const gateway = await startGateway({
    config: configOf(
      names.map((name) => http(name, backend.url)),
      { sessionStorage: { provider: "redis", address: `127.0.0.1:${redis.port}` } },
    ),
    env: { HEADGATE_SESSION_KEY: Buffer.alloc(32, 1).toString("base64") },
  });
  gateways.push(gateway);
  const session = await openSession(gateway.url);
  const key = `headgate:session:${session.headers["mcp-session-id"]}`;
  const sizes: number[] = [];
  for (const [id, name] of names.entries()) {
    await messagesIn(await session.call(id, `${name}_count`));
    const before = sizes.at(-1) ?? 0;
    await expect
      .poll(async () => Number(await redis.command("STRLEN", key)))
      .toBeGreaterThan(before);
    sizes.push(Number(await redis.command("STRLEN", key)));
  }
  expect(sizes).toHaveLength(10);
  expect(sizes.at(-1)).toBeLessThan(2_048);
});

describe("sessions in two processes", () => {
  test("one that is ended at one process is ended at the other, and at the backend", async () => {
    const [one, other] = [await started(), await started()];
    const session = await openSession(one.url);
    await count(one.url, session, 1);
    await at(other, session).count(2);
    const before = backend.ended();
    expect((await at(other, session).end()).status).toBe(200);
    await expect.poll(async () => (await count(one.url, session, 3)).status).toBe(404);
    await expect.poll(() => backend.ended()).toBe(before + 1);
  });

  test("end at the backend as well when nobody used them for their time, and leave nothing in Redis", async () => {
    const gateway = await started({ ttl: "1s" });
    const session = await openSession(gateway.url);
    await count(gateway.url, session, 1);
    const before = backend.ended();
    await expect.poll(() => backend.ended(), { timeout: 20_000, interval: 200 }).toBe(before + 1);
    expect(await redis.command("KEYS", "*session:*")).toBe("");
    expect((await count(gateway.url, session, 2)).status).toBe(404);
  });

  test("are encrypted with a key, which another one can replace, and are unknown without it", async () => {
    const [key, next] = [1, 2].map((fill) => Buffer.alloc(32, fill).toString("base64"));
    const withKeys = async (env: Record<string, string>): Promise<StartedGateway> => {
      const gateway = await startGateway({
        config: configOf([http("b", backend.url)], {
          sessionStorage: { provider: "redis", address: `127.0.0.1:${redis.port}` },
        }),
        env,
        args: ["--debug"],
      });
      gateways.push(gateway);
      return gateway;
    };
    const old = await withKeys({ HEADGATE_SESSION_KEY: key! });
    const session = await openSession(old.url);
    await count(old.url, session, 1);
    const stored = await redis.command(
      "GET",
      `headgate:session:${session.headers["mcp-session-id"]}`,
    );
    expect(stored).not.toContain("raw-session");
    const fresh = await withKeys({
      HEADGATE_SESSION_KEY: next!,
      HEADGATE_SESSION_PREVIOUS_KEY: key!,
    });
    expect(await at(fresh, session).count(2)).toMatchObject({ status: 200, count: "2" });
    const keyless = await started();
    expect((await at(keyless, session).count(3)).status).toBe(404);
    expect(keyless.logs()).toContain("this process has no HEADGATE_SESSION_KEY");
    const metrics = await (await fetch(`${keyless.origin}/metrics`)).text();
    expect(metrics).toMatch(/^headgate_session_store_requests_total\{.*outcome="unreadable"\} 1$/m);
    expect(await count(old.url, session, 4)).toMatchObject({ status: 200 });
    expect(fresh.logs() + old.logs()).not.toContain(key);
  });
});
