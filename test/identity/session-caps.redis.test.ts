import { startRedis } from "@headgate/redis-server-for-tests";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { http } from "../gateway/config.ts";
import { startGateway } from "../gateway/start.ts";
import type { StartedGateway } from "../gateway/start.ts";
import { post } from "../wire/http.ts";
import { initializeText } from "../wire/session.ts";
import { configFor } from "./config.ts";
import { Issuer } from "./issuer.ts";

const RESOURCE = "https://tools.example.com/mcp";

const issuer = new Issuer();
let backend: Misbehaving;

beforeAll(async () => {
  await issuer.start();
  backend = await startMisbehaving();
});

afterAll(async () => {
  await backend.close();
  await issuer.stop();
});

type Begun = { status: number; retryAfter: number; text: string; end: () => Promise<unknown> };

async function begin(gateway: StartedGateway, user: string): Promise<Begun> {
  const token = await issuer.token({ user, audience: RESOURCE, format: "jwt" });
  const headers = { authorization: `Bearer ${token}` };
  const response = await post(gateway.url, initializeText("2025-11-25"), headers);
  const id = response.headers.get("mcp-session-id") ?? "";
  return {
    status: response.status,
    retryAfter: Number(response.headers.get("retry-after")),
    text: await response.text(),
    end: () =>
      fetch(gateway.url, { method: "DELETE", headers: { ...headers, "mcp-session-id": id } }),
  };
}

async function started(sessions: object, storage: object): Promise<StartedGateway> {
  return startGateway({
    config: {
      ...configFor(issuer, RESOURCE, [http("b", backend.url)]),
      sessionStorage: storage,
      operational: { sessions },
    },
  });
}

describe.each(["memory", "redis"] as const)("with sessions in %s", (provider) => {
  let storage: object = { provider };
  let stopStorage: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    if (provider === "memory") return;
    const redis = await startRedis();
    storage = { provider, address: `127.0.0.1:${redis.port}` };
    stopStorage = () => redis.stop();
  });

  afterAll(() => stopStorage());

  test("a user has so many and no more, whoever else has room, and one that ends makes room", async () => {
    const gateway = await started({ maxPerUser: 2 }, storage);
    try {
      const [first, second] = [await begin(gateway, "alice"), await begin(gateway, "alice")];
      expect([first.status, second.status]).toEqual([200, 200]);
      const refused = await begin(gateway, "alice");
      expect(refused.status).toBe(429);
      expect(refused.retryAfter).toBeGreaterThan(0);
      expect(refused.text).toContain("operational.sessions.maxPerUser");
      expect((await begin(gateway, "bob")).status).toBe(200);
      await first.end();
      await expect.poll(async () => (await begin(gateway, "alice")).status).toBe(200);
    } finally {
      await gateway.stop();
    }
  });

  test("a user begins so many within a minute, also if they end at once", async () => {
    const gateway = await started({ maxPerUserPerMinute: 3 }, storage);
    try {
      for (let n = 0; n < 3; n++) {
        const session = await begin(gateway, "carol");
        expect(session.status).toBe(200);
        await session.end();
      }
      const refused = await begin(gateway, "carol");
      expect(refused.status).toBe(429);
      expect(refused.retryAfter).toBeGreaterThan(0);
      expect(refused.retryAfter).toBeLessThanOrEqual(60);
    } finally {
      await gateway.stop();
    }
  });

  test("over the cap of the process nobody begins one, and those that there are go on", async () => {
    const gateway = await started({ max: 2 }, storage);
    try {
      const first = await begin(gateway, "dave");
      await begin(gateway, "erin");
      const refused = await begin(gateway, "frank");
      expect([refused.status, refused.retryAfter]).toEqual([503, 10]);
      await first.end();
      expect((await begin(gateway, "frank")).status).toBe(200);
    } finally {
      await gateway.stop();
    }
  });
});
