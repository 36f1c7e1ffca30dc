import { startRedis } from "@headgate/redis-server-for-tests";
import type { RedisServer } from "@headgate/redis-server-for-tests";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { messagesIn, requestText } from "../wire/http.ts";
import { openSession } from "../wire/session.ts";
import type { RawSession } from "../wire/session.ts";
import { configOf, http } from "./config.ts";
import { startGateway } from "./start.ts";
import type { StartedGateway } from "./start.ts";

const HOUR = "1h0m0s";

const LOCAL = "headgate_rate_limit_local_decisions_total";

let backend: Misbehaving;
let redis: RedisServer;
const gateways: StartedGateway[] = [];

beforeAll(async () => {
  backend = await startMisbehaving();
});

beforeEach(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
  await redis.stop();
});

afterAll(() => backend.close());

async function started(rateLimiting: object, storage: object = {}): Promise<StartedGateway> {
  const gateway = await startGateway({
    config: configOf([http("b", backend.url)], {
      incomingAuth: { type: "local" },
      sessionStorage: { provider: "redis", address: `127.0.0.1:${redis.port}`, ...storage },
      rateLimiting,
    }),
  });
  gateways.push(gateway);
  return gateway;
}

async function call(session: RawSession, id = 1) {
  const response = await session.call(id, "b_well");
  const [text = ""] = await messagesIn(response);
  const passed = text.includes('"text":"ok"');
  return { passed, response, text };
}

type Status = {
  limits: { on_store_failure: string }[];
  limit_store: { kind: string; state: string; local_decisions: number; eviction_policy?: string };
};

async function storeOf({ origin }: StartedGateway): Promise<Status["limit_store"]> {
  return ((await (await fetch(`${origin}/status`)).json()) as Status).limit_store;
}

async function metric({ origin }: StartedGateway, name: string): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const line = text.split("\n").find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length));
}

describe("gateways that share a Redis", () => {
  test("share limits to the unit, also those of one user, and one refusal costs Redis nothing more", async () => {
    const limits = {
      shared: { maxTokens: 1_000, refillPeriod: HOUR },
      perUser: { maxTokens: 20, refillPeriod: HOUR },
    };
    const both = [await started(limits), await started(limits)];
    const sessions = await Promise.all(both.map(({ url }) => openSession(url)));
    const calls = Array.from({ length: 60 }, (_, n) => call(sessions[n % 2]!, n));
    let passed = (await Promise.all(calls)).filter((each) => each.passed).length;
    expect(passed).toBeGreaterThanOrEqual(20);
    // On a machine that stands still for longer than the deadline a gateway decides alone, and leaves others more.
    while ((await call(sessions[0]!)).passed) passed++;
    const alone = await Promise.all(both.map((each) => metric(each, LOCAL)));
    const most = 20 * (1 + alone.filter((count) => count > 0).length);
    expect(passed).toBeLessThanOrEqual(most);
    const before = await metric(both[0]!, "headgate_redis_commands_total");
    for (let n = 0; n < 10; n++) expect((await call(sessions[0]!)).passed).toBe(false);
    expect(await metric(both[0]!, "headgate_redis_commands_total")).toBe(before);
    expect(await storeOf(both[0]!)).toMatchObject({ kind: "redis", state: "healthy" });
  });

  test("decide on the requests of a batch in their order", async () => {
    const gateway = await started({ shared: { maxTokens: 7, refillPeriod: HOUR } });
    const session = await openSession(gateway.url, { protocolVersion: "2025-03-26" });
    const ids = Array.from({ length: 12 }, (_, id) => id);
    const texts = ids.map((id) => requestText(id, "tools/call", { name: "b_well" }));
    const answers = await messagesIn(await session.post(`[${texts.join()}]`));
    const refused = answers.filter((text) => text.includes("Rate limit exceeded"));
    const refusedIds = refused.map((text) => (JSON.parse(text) as { id: number }).id);
    expect(refusedIds.toSorted((a, b) => a - b)).toEqual(ids.slice(7));
  });

  test("keep no name of a user there", async () => {
    const gateway = await started({ perUser: { maxTokens: 5, refillPeriod: HOUR } });
    await call(await openSession(gateway.url));
    const keys = await redis.command("KEYS", "*");
    expect(keys).toMatch(/^hg:rl:\{[\w-]+\}:u:[\w-]+$/m);
    expect(keys).not.toContain("root");
  });

  test("keep limits under the configured prefix", async () => {
    const gateway = await started(
      { shared: { maxTokens: 5, refillPeriod: HOUR } },
      { keyPrefix: "team:" },
    );
    await call(await openSession(gateway.url));
    const keys = (await redis.command("KEYS", "*")).split("\n");
    expect(keys.filter((key) => key.startsWith("team:rl:"))).toHaveLength(1);
    expect(keys.filter((key) => !key.startsWith("team:"))).toEqual([]);
  });

  test("tell what is left when it is to be seen", async () => {
    const gateway = await started({
      exposeQuota: true,
      shared: { maxTokens: 5, refillPeriod: HOUR },
    });
    const { text } = await call(await openSession(gateway.url));
    expect(text).toMatch(/"io\.headgate\/quota":\[\{"limit":"shared","remaining":4,"resetMs":\d+/);
  });
});

describe("a call whose session is to be renewed", () => {
  const limited = { shared: { maxTokens: 5, refillPeriod: HOUR } };
  const asked = async (gateway: StartedGateway) => ({
    trips: await metric(gateway, "headgate_redis_round_trips_total"),
    commands: await metric(gateway, "headgate_redis_commands_total"),
  });
  /** A tenth of the session's time and a little more. */
  const untilRenewal = () => new Promise((resolve) => setTimeout(resolve, 1_200));

  test("asks for the session and for limits in one round trip", async () => {
    const gateway = await started(limited, { ttl: "10s" });
    const session = await openSession(gateway.url);
    await call(session);
    const seen: object[] = [];
    for (let left = 4; left > 0; left--) {
      await untilRenewal();
      const before = await asked(gateway);
      expect((await call(session)).passed).toBe(true);
      const after = await asked(gateway);
      seen.push({ trips: after.trips - before.trips, commands: after.commands - before.commands });
    }
    // A gateway that was held up asks again.
    expect(seen).toContainEqual({ trips: 1, commands: 2 });
    await untilRenewal();
    expect((await call(session)).passed).toBe(false);
  });

  test("reaches no backend when the session turns out to be over", async () => {
    const gateway = await started(limited, { ttl: "10s" });
    const session = await openSession(gateway.url);
    expect((await call(session)).passed).toBe(true);
    const id = session.headers["mcp-session-id"]!;
    await redis.command("SET", `headgate:session:${id}`, "ended");
    await untilRenewal();
    const arrived = backend.received().length;
    const { response, text } = await call(session);
    expect(response.status).toBe(404);
    expect(text).toContain("Session not found");
    expect(
      backend
        .received()
        .slice(arrived)
        .map(({ method }) => method),
    ).not.toContain("tools/call");
  });
});

describe("a gateway whose Redis is away", () => {
  test("starts, is ready, enforces limits by itself, and comes back by itself", async () => {
    await redis.kill();
    const gateway = await started(
      { shared: { maxTokens: 3, refillPeriod: HOUR } },
      { onStoreFailure: "local" },
    );
    const session = await openSession(gateway.url);
    const passed = [];
    for (let n = 0; n < 5; n++) passed.push((await call(session)).passed);
    expect(passed).toEqual([true, true, true, false, false]);
    expect((await fetch(`${gateway.origin}/readyz`)).status).toBe(200);
    expect(await storeOf(gateway)).toMatchObject({ state: "degraded", local_decisions: 5 });
    await redis.restart();
    await expect
      .poll(async () => (await storeOf(gateway)).state, { timeout: 15_000 })
      .toBe("healthy");
    await expect
      .poll(() => metric(gateway, "headgate_rate_limit_degraded"), { timeout: 15_000 })
      .toBe(0);
    const again = [];
    for (let n = 0; n < 4; n++) again.push((await call(session)).passed);
    expect(again).toEqual([true, true, true, false]);
  });

  test("writes of it when it goes and when it is back, and not for each call", async () => {
    const gateway = await started({ shared: { maxTokens: 1_000, refillPeriod: HOUR } });
    const session = await openSession(gateway.url);
    await call(session);
    await redis.kill();
    for (let n = 0; n < 30; n++) await call(session, n);
    const lines = (): string[] =>
      gateway
        .logs()
        .split("\n")
        .filter((line) => line.includes("Redis"));
    expect(lines().filter((line) => line.includes("limits do what their"))).toHaveLength(1);
    await redis.restart();
    await expect
      .poll(() => lines().filter((line) => line.includes("decides on limits again")), {
        timeout: 15_000,
      })
      .toHaveLength(1);
    expect(lines().length).toBeLessThan(8);
  });

  test("refuses what is closed without it with 503, and lets pass what is open", async () => {
    const gateway = await started({
      shared: { maxTokens: 1_000, refillPeriod: HOUR },
      rules: [
        {
          name: "money",
          bucket: { maxTokens: 10, refillPeriod: HOUR },
          onStoreFailure: "closed",
        },
        {
          name: "lists",
          match: { operations: ["tools/list"] },
          bucket: { maxTokens: 1, refillPeriod: HOUR },
          onStoreFailure: "open",
        },
      ],
    });
    const session = await openSession(gateway.url);
    await expect.poll(async () => (await call(session)).passed).toBe(true);
    await redis.kill();
    const { response, text } = await call(session);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(JSON.parse(text)).toMatchObject({ id: 1, error: { code: 503 } });
    const list = '{"jsonrpc":"2.0","id":2,"method":"tools/list"}';
    for (let n = 0; n < 3; n++)
      expect(await (await session.post(list)).text()).toContain('"tools"');
    expect(await metric(gateway, "toolhive_rate_limit_fail_open_total")).toBe(3);
  });
});

test("a Redis that forgets what it likes is warned of, with what that does to limits", async () => {
  await redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
  const gateway = await started({ shared: { maxTokens: 5, refillPeriod: HOUR } });
  await expect.poll(() => gateway.logs()).toContain("a bucket that is forgotten is full again");
  expect((await storeOf(gateway)).eviction_policy).toBe("allkeys-lru");
});

test("a Redis that comes to forget while the gateway runs is warned of when it is connected anew", async () => {
  const gateway = await started({ shared: { maxTokens: 5, refillPeriod: HOUR } });
  await expect
    .poll(async () => (await storeOf(gateway)).eviction_policy, { timeout: 15_000 })
    .toBe("noeviction");
  await redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu");
  await redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
  await expect
    .poll(async () => (await storeOf(gateway)).eviction_policy, { timeout: 15_000 })
    .toBe("allkeys-lfu");
  await expect.poll(() => gateway.logs()).toContain("a bucket that is forgotten is full again");
});

test("a password is read from the environment, and shown to nobody", async () => {
  await redis.stop();
  redis = await startRedis({ password: "redis-canary-password" });
  const gateway = await startGateway({
    config: configOf([http("b", backend.url)], {
      sessionStorage: { provider: "redis", url: `redis://127.0.0.1:${redis.port}/1` },
      rateLimiting: { shared: { maxTokens: 5, refillPeriod: HOUR } },
    }),
    env: { THV_SESSION_REDIS_PASSWORD: "redis-canary-password" },
    args: ["--debug"],
  });
  gateways.push(gateway);
  await call(await openSession(gateway.url));
  expect(await storeOf(gateway)).toMatchObject({ state: "healthy" });
  expect(gateway.logs()).not.toContain("canary");
});
