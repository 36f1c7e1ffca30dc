import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startEcho } from "../fixtures/echo/listen.ts";
import type { Echo } from "../fixtures/echo/listen.ts";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { messagesIn, notificationText, requestText } from "../wire/http.ts";
import { openSession } from "../wire/session.ts";
import type { RawSession } from "../wire/session.ts";
import { configOf, http } from "./config.ts";
import type { Backend } from "./config.ts";
import { startGateway } from "./start.ts";
import type { StartedGateway } from "./start.ts";

let backend: Misbehaving;
let echo: Echo;
let gateway: StartedGateway | undefined;

beforeAll(async () => {
  [backend, echo] = await Promise.all([startMisbehaving(), startEcho()]);
});

afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});

afterAll(async () => {
  await Promise.all([backend.close(), echo.close()]);
});

const HOUR = "1h0m0s";

type Circumstances = {
  version?: string;
  auth?: string;
  backends?: Backend[];
  operational?: object;
  env?: Record<string, string>;
};

async function started(
  rateLimiting: object,
  {
    version = "2025-11-25",
    auth = "anonymous",
    backends = [],
    env = {},
    ...more
  }: Circumstances = {},
): Promise<RawSession> {
  gateway = await startGateway({
    config: configOf([http("b", backend.url), http("e", echo.url), ...backends], {
      incomingAuth: { type: auth },
      sessionStorage: { provider: "memory" },
      rateLimiting,
      ...more,
    }),
    env,
  });
  return openSession(gateway.url, { protocolVersion: version });
}

async function healthOf(name: string): Promise<string | undefined> {
  const { backends } = (await (await fetch(`${gateway?.origin}/status`)).json()) as {
    backends: { name: string; health: string }[];
  };
  return backends.find((each) => each.name === name)?.health;
}

type Answer = {
  id?: unknown;
  result?: { isError?: boolean; tools?: unknown[]; _meta?: Record<string, unknown> };
  error?: { code: number; message: string; data: Record<string, unknown> };
};

async function ask(session: RawSession, method: string, params: object = {}) {
  const response = await session.post(requestText(7, method, params));
  const texts = await messagesIn(response);
  return { response, text: texts[0] ?? "", answer: JSON.parse(texts[0] ?? "null") as Answer };
}

async function metrics(name: string): Promise<string[]> {
  const text = await (await fetch(`${gateway?.origin}/metrics`)).text();
  return text.split("\n").filter((line) => line.startsWith(name));
}

const tool = { name: "b_well" };

describe("rules", () => {
  test("are over every method that they name, at a cost of their own", async () => {
    const session = await started({
      rules: [
        {
          name: "reads",
          match: { operations: ["tools/list", "prompts/get", "resources/read"] },
          bucket: { maxTokens: 5, refillPeriod: HOUR },
          cost: 2,
        },
        {
          name: "lines",
          match: { operations: ["logging/setLevel"] },
          bucket: { maxTokens: 1, refillPeriod: HOUR },
        },
      ],
    });
    expect((await ask(session, "tools/list")).answer.result?.tools).toBeDefined();
    expect((await ask(session, "prompts/get", { name: "e_plain" })).answer.result).toBeDefined();
    for (const [method, params] of [
      ["resources/read", { uri: "echo://one" }],
      ["tools/list", {}],
    ] as const) {
      const { response, answer } = await ask(session, method, params);
      expect(response.status).toBe(200);
      expect(answer).toMatchObject({
        id: 7,
        error: { code: 429, message: "Rate limit exceeded" },
      });
      // One token is left of two, and one comes back in twelve minutes.
      expect(answer.error?.data["retryAfterSeconds"]).toBeGreaterThan(700);
      expect(response.headers.get("ratelimit-policy")).toBe('"reads";q=2;w=3600');
    }
    expect((await ask(session, "tools/call", tool)).answer.result).toBeDefined();
    const level = { level: "error" };
    expect((await ask(session, "logging/setLevel", level)).answer.result).toEqual({});
    expect((await ask(session, "logging/setLevel", level)).answer.error?.code).toBe(429);
  });

  test("cost nothing for a backend that is known to be away", async () => {
    const leaving = await startMisbehaving();
    const session = await started(
      { shared: { maxTokens: 3, refillPeriod: HOUR } },
      {
        backends: [http("gone", leaving.url)],
        operational: {
          failureHandling: { healthCheckInterval: "1s", healthCheckTimeout: "500ms" },
        },
      },
    );
    expect((await ask(session, "tools/call", { name: "gone_well" })).answer.result).toBeDefined();
    await leaving.close();
    await expect.poll(() => healthOf("gone"), { timeout: 10_000 }).toBe("unhealthy");
    for (let n = 0; n < 5; n++)
      expect((await ask(session, "tools/call", { name: "gone_well" })).answer.error?.code).toBe(
        -32_603,
      );
    expect((await ask(session, "tools/call", tool)).answer.result?.isError).toBeUndefined();
    expect((await ask(session, "tools/call", tool)).answer.result?.isError).toBeUndefined();
    expect((await ask(session, "tools/call", tool)).answer.result?.isError).toBe(true);
  });

  test("keep the cost of a call that its client cancelled", async () => {
    const session = await started({ shared: { maxTokens: 1, refillPeriod: HOUR } });
    const called = backend.next("tools/call");
    const hanging = session.call(9, "b_hang");
    await called;
    await session.post(notificationText("notifications/cancelled", { requestId: 9 }));
    await (await hanging).text();
    expect((await ask(session, "tools/call", tool)).answer.result?.isError).toBe(true);
  });

  test("cost nothing for what is malformed or unknown", async () => {
    const session = await started({
      shared: { maxTokens: 1, refillPeriod: HOUR },
      rules: [
        {
          name: "lists",
          match: { operations: ["tools/list"] },
          bucket: { maxTokens: 1, refillPeriod: HOUR },
        },
      ],
    });
    for (const params of [{ name: "b_nope" }, {}, { name: 7 }])
      expect((await ask(session, "tools/call", params)).answer.error?.code).toBe(-32_602);
    expect((await ask(session, "tools/list", { cursor: "no" })).answer.error?.code).toBe(-32_602);
    expect((await ask(session, "tools/call", tool)).answer.result?.isError).toBeUndefined();
    expect((await ask(session, "tools/list")).answer.result).toBeDefined();
  });
});

describe("requests of a batch", () => {
  test("are decided one by one, in order, and a refusal is an error among the answers", async () => {
    const session = await started(
      {
        rejection: "http429",
        shared: { maxTokens: 2, refillPeriod: HOUR },
      },
      { version: "2025-03-26" },
    );
    const texts = [1, 2, 3, 4].map((id) => requestText(id, "tools/call", tool));
    const response = await session.post(`[${texts.join()}]`);
    expect([response.status, response.headers.get("retry-after")]).toEqual([200, null]);
    const answers = (await messagesIn(response)).map((text) => JSON.parse(text) as Answer);
    const refused = answers.filter(({ error }) => error?.code === 429).map(({ id }) => id);
    expect([answers.length, refused]).toEqual([4, [3, 4]]);
  });
});

describe("a refusal", () => {
  test("can be an error in HTTP 200", async () => {
    const session = await started({
      rejection: "error",
      shared: { maxTokens: 1, refillPeriod: HOUR },
    });
    await ask(session, "tools/call", tool);
    const { response, answer } = await ask(session, "tools/call", tool);
    expect(response.status).toBe(200);
    expect(answer.error?.code).toBe(429);
    expect(response.headers.get("retry-after")).toBe(
      String(answer.error?.data["retryAfterSeconds"]),
    );
  });

  test("can have HTTP status 429, with the same body, and is counted so", async () => {
    const session = await started({
      rejection: "http429",
      shared: { maxTokens: 1, refillPeriod: HOUR },
      rules: [
        {
          name: "lists",
          match: { operations: ["tools/list"] },
          bucket: { maxTokens: 1, refillPeriod: HOUR },
        },
      ],
    });
    for (const method of ["tools/call", "tools/list"]) {
      await ask(session, method, tool);
      const { response, answer } = await ask(session, method, tool);
      expect([response.status, answer.error?.code, answer.id]).toEqual([429, 429, 7]);
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("retry-after")).toMatch(/^\d+$/);
    }
    const eventsOnly = { accept: "text/event-stream" };
    const text = requestText(8, "tools/call", tool);
    expect((await session.post(text, eventsOnly)).status).toBe(429);
    expect(
      await metrics('toolhive_mcp_requests_total{method="POST",status_code="429"'),
    ).toHaveLength(2);
  });
});

describe("what is left", () => {
  test("is in _meta of every metered result when it is to be seen, and nothing else changes", async () => {
    const session = await started({
      exposeQuota: true,
      shared: { maxTokens: 10, refillPeriod: "10s" },
      rules: [
        {
          name: "lists",
          match: { operations: ["tools/list"] },
          bucket: { maxTokens: 3, refillPeriod: HOUR },
        },
      ],
    });
    const { answer, text } = await ask(session, "tools/call", { name: "e_as_json" });
    expect(answer.result?.["_meta"]?.["io.headgate/quota"]).toEqual([
      { limit: "shared", remaining: 9, resetMs: 1_000 },
    ]);
    // What the backend wrote stays to the letter.
    expect(text).toContain('"example.com/took":0.10},"x-unknown":{"kept":1.0}},"x-envelope":1.0');
    const listed = await ask(session, "tools/list");
    expect(listed.answer.result?.["_meta"]?.["io.headgate/quota"]).toMatchObject([
      { limit: "lists", remaining: 2 },
    ]);
    const unmetered = await ask(session, "prompts/list");
    expect(unmetered.answer.result?.["_meta"]?.["io.headgate/quota"]).toBeUndefined();
  });

  test("is in headers once it is little", async () => {
    const session = await started({ shared: { maxTokens: 6, refillPeriod: HOUR } });
    const seen: (string | null)[] = [];
    for (let n = 0; n < 6; n++)
      seen.push((await ask(session, "tools/call", tool)).response.headers.get("ratelimit"));
    expect(seen.slice(0, 4)).toEqual([null, null, null, null]);
    expect(seen[4]).toMatch(/^"shared";r=1;t=\d+$/);
    expect(seen[5]).toMatch(/^"shared";r=0;t=\d+$/);
  });
});

describe("audit", () => {
  test("lets every call through, and tells in log and metrics what it would have refused", async () => {
    const session = await started({ mode: "Audit", shared: { maxTokens: 2, refillPeriod: HOUR } });
    for (let n = 0; n < 5; n++)
      expect((await ask(session, "tools/call", tool)).answer.result?.isError).toBeUndefined();
    expect(await metrics("headgate_rate_limit_decisions_total")).toEqual([
      'headgate_rate_limit_decisions_total{server="test-gateway",outcome="allowed",scope="none",limit="none",source="store"} 2',
      'headgate_rate_limit_decisions_total{server="test-gateway",outcome="audit_rejected",scope="shared",limit="shared",source="store"} 3',
    ]);
    expect(gateway?.logs()).toContain("an audited limit would have refused a request");
  });
});

describe("in a gateway that is traced", () => {
  const PRELOAD = fileURLToPath(new URL("../fixtures/traced/preload.ts", import.meta.url));

  test.each([
    ["Enforce", "rejected"],
    ["Audit", "audit_rejected"],
  ])("with mode %s the span of a request says what limits decided", async (mode, decision) => {
    const session = await started(
      { mode, tools: [{ name: "b_well", shared: { maxTokens: 1, refillPeriod: HOUR } }] },
      { env: { NODE_OPTIONS: `--import=${PRELOAD}` } },
    );
    await ask(session, "tools/call", tool);
    await ask(session, "tools/call", tool);
    await ask(session, "prompts/list");
    const spans = (): unknown[] =>
      (gateway?.logs() ?? "").split("\n").flatMap((line) => {
        if (!line.startsWith('{"span"')) return [];
        return [JSON.parse(line) as unknown];
      });
    await expect
      .poll(spans)
      .toEqual([
        spanSaying({ decision: "allowed", rejected_by: "none", fail_open: false }),
        spanSaying({ decision, rejected_by: "shared_tool", fail_open: false }),
      ]);
  });

  function spanSaying(said: Record<string, unknown>): object {
    const entries = Object.entries(said).map(([key, value]) => [`rate_limit.${key}`, value]);
    return { span: "/mcp", attributes: Object.fromEntries(entries) as object };
  }
});

describe("limits per user", () => {
  test("are those of the one user of a local gateway, whatever the session", async () => {
    const session = await started(
      { perUser: { maxTokens: 2, refillPeriod: HOUR } },
      { auth: "local" },
    );
    await ask(session, "tools/call", tool);
    const other = await openSession(gateway!.url);
    await ask(other, "tools/call", tool);
    const { answer } = await ask(session, "tools/call", tool);
    expect(answer.result?.isError).toBe(true);
    const status = (await (await fetch(`${gateway?.origin}/status`)).json()) as object;
    expect(status).toMatchObject({
      limits: [{ name: "perUser", on: "server", scope: "perUser", mode: "Enforce" }],
      limit_store: { kind: "memory", state: "healthy" },
    });
  });
});
