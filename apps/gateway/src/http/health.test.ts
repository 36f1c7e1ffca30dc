import { expect, test } from "vitest";
import { healthRoutes } from "./health.ts";
import type { BackendStatus, Readiness, StatusSource } from "./status-document.ts";

const files: BackendStatus = {
  name: "files",
  health: "healthy",
  transport: "stdio",
  authType: "unauthenticated",
  revision: "2025-11-25",
  consecutiveFailures: 0,
  lastCheckMs: Date.parse("2026-01-02T03:04:05Z"),
  lastTransitionMs: Date.parse("2026-01-02T03:00:00Z"),
  circuitState: "closed",
};
const mail: BackendStatus = {
  name: "mail",
  health: "unhealthy",
  transport: "streamable-http",
  authType: "header_injection",
  reason: "The backend mail does not answer.",
  consecutiveFailures: 4,
  lastErrorCategory: "backend-timeout",
};

function routes(overrides: Partial<StatusSource> & { readiness?: Readiness } = {}) {
  const { readiness = "ready", ...rest } = overrides;
  const source: StatusSource = {
    version: "1.2.3",
    groupRef: "office",
    monitoring: true,
    limits: () => [
      {
        name: "tool",
        on: "files_read",
        methods: ["tools/call"],
        scope: "shared",
        maxTokens: 5,
        refillPeriodMs: 60_000,
        cost: 1,
        mode: "Enforce",
        onStoreFailure: "local",
      },
    ],
    limitStore: () => ({ kind: "memory", state: "healthy", sinceMs: 0, localDecisions: 0 }),
    reload: () => undefined,
    ready: () => readiness,
    backends: () => [files, mail],
    catalogProblems: () => [
      { backend: "mail", kind: "tools", name: "send", reason: "its name is taken" },
    ],
    ...rest,
  };
  return healthRoutes(source, {
    contentType: "text/plain; version=0.0.4",
    text: async () => "up 1\n",
  });
}

test.each(
  ["/health", "/healthz", "/ping"].flatMap((path) =>
    ["GET", "HEAD", "POST"].map((method) => [method, path] as const),
  ),
)("%s %s says that the process lives, ready or not", async (method, path) => {
  const answer = await routes({ readiness: "draining" }).request(path, { method });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe(method === "HEAD" ? "" : '{"status":"ok"}');
});

test.each([
  ["ready", 200, { status: "ready", mode: "static" }],
  ["starting", 503, { status: "not_ready", mode: "static", reason: "starting" }],
  ["draining", 503, { status: "not_ready", mode: "static", reason: "draining" }],
] as const)("/readyz of a gateway that is %s answers %d", async (readiness, status, body) => {
  const answer = await routes({ readiness }).request("/readyz");
  expect(answer.status).toBe(status);
  expect(await answer.json()).toEqual(body);
});

test("/status shows each backend, the limits and what the catalogue left out", async () => {
  const answer = await routes().request("/status");
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(await answer.json()).toEqual({
    backends: [
      {
        name: "files",
        health: "healthy",
        transport: "stdio",
        auth_type: "unauthenticated",
        mcp_revision: "2025-11-25",
      },
      {
        name: "mail",
        health: "unhealthy",
        transport: "streamable-http",
        auth_type: "header_injection",
        reason: "The backend mail does not answer.",
      },
    ],
    healthy: true,
    version: "1.2.3",
    group_ref: "office",
    ready: true,
    limits: [
      {
        name: "tool",
        on: "files_read",
        methods: ["tools/call"],
        scope: "shared",
        max_tokens: 5,
        refill_period_ms: 60_000,
        cost: 1,
        mode: "Enforce",
        on_store_failure: "local",
      },
    ],
    limit_store: {
      kind: "memory",
      state: "healthy",
      since: "1970-01-01T00:00:00.000Z",
      local_decisions: 0,
    },
    catalog_problems: [
      { backend: "mail", kind: "tools", name: "send", reason: "its name is taken" },
    ],
  });
});

test("/status says what limits do without the store, once they may have to", async () => {
  const limitStore = {
    kind: "redis",
    state: "degraded",
    sinceMs: 1_000,
    localDecisions: 7,
  } as const;
  const answer = await routes({ limitStore: () => limitStore }).request("/status");
  expect(await answer.json()).toMatchObject({
    limit_store: {
      kind: "redis",
      state: "degraded",
      since: "1970-01-01T00:00:01.000Z",
      local_decisions: 7,
      without_it: { local: expect.stringContaining("each process") as unknown },
    },
  });
});

test("/status says what became of a changed file", async () => {
  const reload = {
    outcome: "refused",
    atMs: 0,
    problems: ["rateLimiting.shared is wrong"],
    needsRestart: ["backends"],
  } as const;
  const answer = await routes({ reload: () => reload }).request("/status");
  expect(await answer.json()).toMatchObject({
    config_reload: {
      outcome: "refused",
      at: "1970-01-01T00:00:00.000Z",
      problems: ["rateLimiting.shared is wrong"],
      needs_restart: ["backends"],
    },
  });
});

test("/status is not healthy when no backend is", async () => {
  const answer = await routes({ backends: () => [mail] }).request("/status");
  expect(await answer.json()).toMatchObject({ healthy: false });
});

test("/api/backends/health speaks in Go field names", async () => {
  const answer = await routes().request("/api/backends/health");
  expect(await answer.json()).toEqual({
    monitoring_enabled: true,
    summary: { Total: 2, Healthy: 1, Degraded: 0, Unhealthy: 1, Unknown: 0, Unauthenticated: 0 },
    backends: {
      files: {
        Status: "healthy",
        ConsecutiveFailures: 0,
        LastCheckTime: "2026-01-02T03:04:05.000Z",
        LastErrorCategory: "",
        LastTransitionTime: "2026-01-02T03:00:00.000Z",
        CircuitState: "closed",
        CircuitLastChanged: "0001-01-01T00:00:00Z",
        MCPRevision: "2025-11-25",
      },
      mail: {
        Status: "unhealthy",
        ConsecutiveFailures: 4,
        LastCheckTime: "0001-01-01T00:00:00Z",
        LastErrorCategory: "backend-timeout",
        LastTransitionTime: "0001-01-01T00:00:00Z",
        CircuitState: "",
        CircuitLastChanged: "0001-01-01T00:00:00Z",
        MCPRevision: "",
      },
    },
  });
});

test("/api/backends/health without monitoring says only that", async () => {
  const answer = await routes({ monitoring: false }).request("/api/backends/health");
  expect(await answer.json()).toEqual({ monitoring_enabled: false });
});

test("/metrics is the text of the metrics, and absent without any", async () => {
  const answer = await routes().request("/metrics");
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4");
  expect(await answer.text()).toBe("up 1\n");
  const source = { ready: () => "ready", backends: () => [] } as unknown as StatusSource;
  expect((await healthRoutes(source).request("/metrics")).status).toBe(404);
});

test.each(["/status", "/api/backends/health", "/metrics"])("%s can only be read", async (path) => {
  const head = await routes().request(path, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
  const post = await routes().request(path, { method: "POST" });
  expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test.each(["GET", "OPTIONS"])(
  "%s of an unknown well-known document finds nothing",
  async (method) => {
    const answer = await routes().request("/.well-known/openid-configuration", { method });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ error: "not_found" });
  },
);

test("nothing but what the routes are made for is shown of a backend", async () => {
  const leaky = { ...mail, url: "http://canary-host:1", headers: { "x-key": "canary-key" } };
  const app = routes({ backends: () => [leaky] });
  for (const path of ["/status", "/api/backends/health"])
    expect(await (await app.request(path)).text()).not.toContain("canary");
});
