import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeBackend, profileOf } from "../backends/backend.fixture.ts";
import { BackendHealth } from "../backends/health.ts";
import { GatewayError } from "../rpc/errors.ts";
import { requestText } from "../rpc/reply.ts";
import { CatalogSource } from "./catalog-source.ts";

const PROBE_MS = 10_000;
const TIMING = {
  listTimeoutMs: 1_000,
  maxAgeMs: 300_000,
  probeIntervalMs: PROBE_MS,
  probeTimeoutMs: 100,
  random: () => 0.5,
};
const late = new GatewayError("backend-timeout", "late");
const denied = new GatewayError("backend-refused", "The backend b refused the credentials.");

const sources: CatalogSource[] = [];

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.close()));
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function pass(ms: number): Promise<unknown> {
  return vi.advanceTimersByTimeAsync(ms);
}

function follow(backend: FakeBackend) {
  const told = { changed: 0, failed: [] as string[] };
  const health = new BackendHealth({
    backend: backend.name,
    unhealthyThreshold: 3,
    breaker: undefined,
    now: () => performance.now(),
    changed: () => undefined,
  });
  const source = new CatalogSource(backend, profileOf(), {
    timing: TIMING,
    health,
    events: {
      changed: () => void told.changed++,
      failed: ({ code }) => void told.failed.push(code),
    },
  });
  sources.push(source);
  const tools = (): string[] | undefined => source.catalog?.items.tools.map(({ key }) => key);
  return { source, health, told, tools };
}

/** How often the lists of the newest link were read. */
function reads(backend: FakeBackend): number {
  return backend.link.gotOf("tools/list").length;
}

test("a backend that can be reached is read once, listened to, and healthy", async () => {
  const backend = new FakeBackend("b").lists("t");
  const { source, tools, health, told } = follow(backend);
  await source.settled;
  expect(tools()).toEqual(["t"]);
  expect(told).toEqual({ changed: 1, failed: [] });
  expect(backend.link.listening).toBe(true);
  expect(health.facts.status).toBe("healthy");
});

test("the first attempt is over also when it failed, and is repeated ever more slowly until it succeeds", async () => {
  const backend = new FakeBackend("b").lists("t").refuses();
  const { source, tools, health, told } = follow(backend);
  await source.settled;
  expect(health.refusal()).toBeDefined();
  const attempts: number[] = [];
  for (let ms = 0; ms < 25_000; ms += 100) {
    const before = backend.opened;
    await pass(100);
    if (backend.opened > before) attempts.push(ms + 100);
  }
  expect(attempts).toEqual([500, 1_500, 3_500, 7_500, 12_500, 17_500, 22_500]);
  expect(new Set(told.failed)).toEqual(new Set(["backend-unavailable"]));
  backend.accepts();
  await pass(5_000);
  expect(tools()).toEqual(["t"]);
  expect(health.refusal()).toBeUndefined();
});

test("after it was reached once, the first retry is quick again", async () => {
  const backend = new FakeBackend("b").lists("t").refuses();
  const { source } = follow(backend);
  await source.settled;
  await pass(20_000);
  backend.accepts();
  await pass(5_000);
  const { opened } = backend;
  backend.link.dies();
  await pass(500);
  expect(backend.opened).toBe(opened + 1);
});

describe("a change", () => {
  test("is read soon, and several that come together once", async () => {
    const backend = new FakeBackend("b").lists("t");
    const { source, tools, told } = follow(backend);
    await source.settled;
    await pass(6_000);
    backend.lists("t", "u");
    for (let n = 0; n < 10; n++) backend.link.changed();
    await pass(25);
    expect(tools()).toEqual(["t", "u"]);
    expect(reads(backend)).toBe(2);
    expect(told.changed).toBe(2);
  });

  test("that comes while the lists are read has them read again", async () => {
    const backend = new FakeBackend("b").lists("t");
    const { source, tools } = follow(backend);
    await source.settled;
    await pass(6_000);
    backend.reactions.set("tools/list", "silence");
    backend.link.changed();
    await pass(25);
    const reading = backend.link.gotOf("tools/list").at(-1);
    backend.link.changed();
    backend.lists("new");
    reading?.exchange.answer(
      `{"jsonrpc":"2.0","id":${reading.message.id},"result":{"tools":[{"name":"old","inputSchema":{"type":"object"}}]}}`,
    );
    await pass(100);
    expect(tools()).toEqual(["new"]);
    expect(reads(backend)).toBe(3);
  });

  test("reported all the time is read every two seconds at most", async () => {
    const backend = new FakeBackend("b").lists("t");
    const { source } = follow(backend);
    await source.settled;
    for (let n = 0; n < 2_000; n++) {
      backend.link.changed();
      await pass(10);
    }
    expect(reads(backend)).toBeLessThan(25);
  });

  test("reported in answer to every reading does not become a loop", async () => {
    const backend = new FakeBackend("b").lists("t");
    const { source } = follow(backend);
    await source.settled;
    backend.reactions.set("tools/list", () => {
      backend.link.changed();
      return { result: { tools: [] } };
    });
    backend.link.changed();
    await pass(20_000);
    expect(reads(backend)).toBeLessThan(25);
  });

  test("that cannot be read is not forgotten, and nothing rejects", async () => {
    const backend = new FakeBackend("b").lists("t");
    const { source, tools, health, told } = follow(backend);
    await source.settled;
    backend.reactions.set("tools/list", { failed: late });
    backend.link.changed();
    await pass(60);
    expect(tools()).toEqual(["t"]);
    expect(told.failed).toEqual(["backend-timeout"]);
    expect(health.facts.status).toBe("degraded");
    expect(health.refusal()).toBeUndefined();
    backend.lists("u");
    await pass(500);
    expect(tools()).toEqual(["u"]);
    expect(health.facts.status).toBe("healthy");
  });
});

test("lists that are refused keep the backend linked and its calls going, and are asked for ever less often", async () => {
  const backend = new FakeBackend("b");
  backend.reactions.set("tools/list", { error: { code: -32_000, message: "no" } });
  const { source, health, told } = follow(backend);
  await source.settled;
  expect(source.catalog).toBeUndefined();
  expect(health.refusal()).toBeUndefined();
  await pass(60_000);
  expect(backend.opened).toBe(1);
  expect(reads(backend)).toBeLessThan(12);
  expect(told.changed).toBe(0);
  backend.lists("t");
  await pass(PROBE_MS);
  expect(source.catalog?.items.tools).toHaveLength(1);
});

test("what was read stays when the backend goes, and is read anew when it is back", async () => {
  const backend = new FakeBackend("b").lists("t");
  const { source, tools, health, told } = follow(backend);
  await source.settled;
  backend.refuses().link.dies();
  expect(health.refusal()).toBeDefined();
  await pass(3_000);
  expect(tools()).toEqual(["t"]);
  backend.accepts().lists("u");
  await pass(5_000);
  expect(tools()).toEqual(["u"]);
  expect(told.changed).toBe(2);
});

test("a link that dies while its lists are read is replaced once", async () => {
  const backend = new FakeBackend("b");
  backend.reactions.set("tools/list", "silence");
  const { source, told } = follow(backend);
  await pass(1);
  backend.link.dies();
  backend.lists("t");
  await pass(500);
  expect(backend.opened).toBe(2);
  expect(told.failed).toEqual(["backend-unavailable"]);
  await source.settled;
  expect(source.catalog?.items.tools).toHaveLength(1);
});

test("the late end of an old link leaves the new one alone", async () => {
  const backend = new FakeBackend("b").lists("t");
  const { source, health } = follow(backend);
  await source.settled;
  const old = backend.link;
  old.dies();
  await pass(500);
  old.dies();
  expect(health.facts.status).toBe("healthy");
  expect(backend.link.closed).toBe(false);
});

test("a backend that opened its session anew is read again", async () => {
  const backend = new FakeBackend("b").lists("t");
  const { source, tools } = follow(backend);
  await source.settled;
  await backend.lists("u").link.inbound.reopened();
  await pass(100);
  expect(tools()).toEqual(["u"]);
});

describe("a probe", () => {
  test("that is late once degrades, and makes unhealthy only at the threshold; calls go on", async () => {
    const backend = new FakeBackend("b").lists("t");
    const { source, health } = follow(backend);
    await source.settled;
    backend.reactions.set("ping", "silence");
    const statuses: string[] = [];
    for (let n = 0; n < 3; n++) {
      await pass(PROBE_MS + 100);
      statuses.push(health.facts.status);
    }
    expect(statuses).toEqual(["degraded", "degraded", "unhealthy"]);
    expect(health.refusal()).toBeUndefined();
    expect(backend.opened).toBe(1);
    backend.reactions.delete("ping");
    await pass(PROBE_MS + 100);
    expect(health.facts.status).toBe("healthy");
  });

  test("that finds nobody opens a new link", async () => {
    const backend = new FakeBackend("b").lists("t");
    const { source, health } = follow(backend);
    await source.settled;
    backend.reactions.set("ping", { failed: new GatewayError("backend-unavailable", "gone") });
    await pass(PROBE_MS);
    expect(health.refusal()).toBeDefined();
    await pass(500);
    expect(backend.opened).toBe(2);
    expect(health.refusal()).toBeUndefined();
  });

  test("comes at once when a call failed, and one at a time", async () => {
    const backend = new FakeBackend("b").lists("t");
    const { source } = follow(backend);
    await source.settled;
    backend.reactions.set("ping", "silence");
    for (let n = 0; n < 5; n++) source.suspect();
    expect(backend.link.gotOf("ping")).toHaveLength(1);
  });

  test("of a server that knows no ping is answered all the same", async () => {
    const backend = new FakeBackend("b").lists("t");
    const { source, health } = follow(backend);
    await source.settled;
    backend.reactions.set("ping", { error: { code: -32_601, message: "Method not found" } });
    await pass(PROBE_MS);
    expect(health.facts.status).toBe("healthy");
  });

  test("reads the lists again when they are old", async () => {
    const backend = new FakeBackend("b").lists("t");
    const { source } = follow(backend);
    await source.settled;
    await pass(TIMING.maxAgeMs - 1);
    expect(reads(backend)).toBe(1);
    await pass(PROBE_MS + 1);
    expect(reads(backend)).toBe(2);
  });
});

test("a backend that refuses the gateway's own credentials is not closed to clients with theirs", async () => {
  const backend = new FakeBackend("b").refuses(denied);
  const { source, health } = follow(backend);
  await source.settled;
  expect(health.facts).toMatchObject({ status: "unhealthy", reason: denied.message });
  expect(health.refusal()).toBeUndefined();
});

test("the end of the catalogue's own process is no reason to refuse calls to others", async () => {
  const backend = new FakeBackend("b").lists("t");
  backend.scope = "session";
  const { source, health } = follow(backend);
  await source.settled;
  backend.link.dies();
  expect(health.facts.status).toBe("unhealthy");
  expect(health.refusal()).toBeUndefined();
});

test("questions of the backend are answered, also those from before the link was there", async () => {
  const backend = new FakeBackend("b").lists("t");
  backend.early = [requestText("0", "roots/list", "{}")];
  const { source } = follow(backend);
  await source.settled;
  backend.link.says(requestText("1", "ping", "{}"));
  backend.link.says(requestText("2", "sampling/createMessage", "{}"));
  backend.link.says(requestText("3", "constructor", "{}"));
  expect(backend.link.sent.map((text) => JSON.parse(text) as unknown)).toMatchObject([
    { id: 0, result: { roots: [] } },
    { id: 1, result: {} },
    { id: 2, error: { code: -32_601 } },
    { id: 3, error: { code: -32_601 } },
  ]);
});

test("a source that is closed while it links closes the link and tells nobody anything", async () => {
  const backend = new FakeBackend("b").lists("t");
  const letGo = backend.holds();
  const { source, told } = follow(backend);
  await source.close();
  letGo();
  await source.settled;
  expect(backend.link.closed).toBe(true);
  expect(told).toEqual({ changed: 0, failed: [] });
});

test("a closed source reads and retries nothing more", async () => {
  const backend = new FakeBackend("b").lists("t");
  const { source } = follow(backend);
  await source.settled;
  backend.link.changed();
  await source.close();
  source.invalidate();
  source.suspect();
  await pass(60_000);
  expect(reads(backend)).toBe(1);
  expect(backend.opened).toBe(1);
  expect(backend.link.closed).toBe(true);
});
