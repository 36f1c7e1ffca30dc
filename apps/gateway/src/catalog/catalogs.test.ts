import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeBackend, profileOf } from "../backends/backend.fixture.ts";
import { BackendHealth } from "../backends/health.ts";
import type { ClientProfile } from "../backends/port.ts";
import { aggregate } from "./aggregate.ts";
import { Catalogs } from "./catalogs.ts";

const STARTUP_MS = 2_000;
const FORGET_MS = 10 * 60_000;

const opened: Catalogs[] = [];

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((catalogs) => catalogs.close()));
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function pass(ms: number): Promise<unknown> {
  return vi.advanceTimersByTimeAsync(ms);
}

function follow(...backends: FakeBackend[]) {
  const announced: string[] = [];
  const health = new Map(
    backends.map(({ name }) => [
      name,
      new BackendHealth({
        backend: name,
        unhealthyThreshold: 3,
        breaker: undefined,
        now: () => performance.now(),
        changed: () => undefined,
      }),
    ]),
  );
  const catalogs = new Catalogs(
    {
      backends: new Map(backends.map((backend) => [backend.name, backend])),
      health,
      startupWaitMs: STARTUP_MS,
      timing: {
        listTimeoutMs: 30_000,
        maxAgeMs: 300_000,
        probeIntervalMs: 30_000,
        probeTimeoutMs: 1_000,
        random: () => 0.5,
      },
      aggregate: (all) => aggregate(all),
      changed: (key, kinds) => announced.push(`${key.slice(0, 4)} ${kinds.join(" ")}`),
      read: () => undefined,
      failed: () => undefined,
    },
    '{"name":"headgate"}',
  );
  opened.push(catalogs);
  const tools = (key: string): string[] => [...catalogs.view(key).tools.keys()];
  return { catalogs, announced, health, tools };
}

function sampling(headers: Record<string, string> = {}): ClientProfile {
  return profileOf({ capabilities: '{"sampling":{}}', headers });
}

describe("joining", () => {
  test("waits for backends that are starting, and no longer than the start-up wait", async () => {
    const [quick, hanging] = [new FakeBackend("q").lists("t"), new FakeBackend("h")];
    hanging.holds();
    const { catalogs, tools } = follow(quick, hanging);
    let key: string | undefined;
    void catalogs.join(profileOf(), 0).then((joined) => (key = joined));
    await pass(STARTUP_MS - 1);
    expect(key).toBeUndefined();
    await pass(1);
    expect(tools(key ?? "")).toEqual(["q_t"]);
  });

  test("is immediate once the backends are there, and costs them nothing", async () => {
    const backend = new FakeBackend("b").lists("t");
    const { catalogs, tools } = follow(backend);
    const key = await catalogs.join(profileOf(), 0);
    for (let n = 0; n < 100; n++) expect(await catalogs.join(profileOf(), 0)).toBe(key);
    expect(tools(key)).toEqual(["b_t"]);
    expect(backend.opened).toBe(1);
    expect(backend.link.got).toHaveLength(1);
  });

  test("does not wait for a backend that is known to be down", async () => {
    const backend = new FakeBackend("b").lists("t").refuses();
    const { catalogs, tools } = follow(backend);
    const key = await catalogs.join(profileOf(), 0);
    expect(tools(key)).toEqual([]);
  });

  test("does not have a client told later what it could see from the start", async () => {
    const { catalogs, announced } = follow(new FakeBackend("b").lists("t"));
    await catalogs.join(profileOf(), 0);
    announced.length = 0;
    await pass(1_000);
    expect(announced).toEqual([]);
  });
});

test("clients that are equal share one reading; others have their own, made as they are", async () => {
  const backend = new FakeBackend("b").lists("t");
  const { catalogs } = follow(backend);
  const plain = await catalogs.join(profileOf(), 0);
  const [one, other] = await Promise.all([
    catalogs.join(sampling({ "x-a": "1" }), 0),
    catalogs.join(sampling({ "x-a": "1" }), 0),
  ]);
  expect(one).toBe(other);
  expect(one).not.toBe(plain);
  expect(backend.opened).toBe(2);
  expect(backend.link.profile).toEqual({
    capabilities: '{"sampling":{}}',
    headers: { "x-a": "1" },
    clientInfo: '{"name":"headgate"}',
  });
});

test("a change is announced to the class whose lists changed, of the kinds that did, once for all backends", async () => {
  const [a, b] = [new FakeBackend("a").lists("t"), new FakeBackend("b").lists("t")];
  b.listsOf("prompts", "p");
  const { catalogs, announced } = follow(a, b);
  const plain = await catalogs.join(profileOf(), 0);
  const able = await catalogs.join(sampling(), 0);
  await pass(10_000);
  announced.length = 0;
  a.lists("t", "u");
  b.listsOf("prompts", "p", "q");
  for (const backend of [a, b]) backend.links.at(-1)?.changed();
  await pass(100);
  expect(announced).toEqual([`${able.slice(0, 4)} tools prompts`]);
  for (const backend of [a, b]) backend.links[0]?.changed("prompts");
  await pass(100);
  expect(announced.slice(1)).toEqual([`${plain.slice(0, 4)} tools prompts`]);
});

test("a change that changed nothing, or was taken back, is not announced", async () => {
  const backend = new FakeBackend("b").lists("t");
  const { catalogs, announced, tools } = follow(backend);
  const key = await catalogs.join(profileOf(), 0);
  await pass(10_000);
  announced.length = 0;
  catalogs.invalidate(key, "b");
  await pass(1_000);
  backend.refuses().link.dies();
  await pass(10_000);
  expect(tools(key)).toEqual(["b_t"]);
  expect(announced).toEqual([]);
});

test("one backend that hangs keeps no other from being read again", async () => {
  const [a, h] = [new FakeBackend("a").lists("t"), new FakeBackend("h").lists("t")];
  const { catalogs, tools } = follow(a, h);
  const key = await catalogs.join(profileOf(), 0);
  await pass(10_000);
  h.reactions.set("tools/list", "silence");
  h.link.changed();
  a.lists("u").link.changed();
  await pass(100);
  expect(tools(key)).toEqual(["a_u", "h_t"]);
});

describe("a class that could not read a backend itself", () => {
  test("shows what plain clients see of it, also when that is read only later", async () => {
    const backend = new FakeBackend("b").lists("t").refuses();
    const { catalogs, tools } = follow(backend);
    const key = await catalogs.join(sampling(), 0);
    const plain = backend.opened;
    expect(plain).toBe(2);
    expect(tools(key)).toEqual([]);
    // Only links of clients that can do nothing special succeed.
    const open = backend.open.bind(backend);
    backend.open = async (profile, inbound) => {
      if (profile.capabilities === "{}") backend.accepts();
      else backend.refuses();
      return open(profile, inbound);
    };
    await pass(5_000);
    expect(tools(key)).toEqual(["b_t"]);
  });

  test("leaves health to the plain one", async () => {
    const backend = new FakeBackend("b").lists("t");
    const { catalogs, health } = follow(backend);
    await catalogs.join(profileOf(), 0);
    backend.refuses();
    await catalogs.join(sampling(), 0);
    expect(health.get("b")?.facts.status).toBe("healthy");
    expect(health.get("b")?.refusal()).toBeUndefined();
  });
});

describe("classes", () => {
  test("are forgotten ten minutes after their last client left, and never while they have one", async () => {
    const backend = new FakeBackend("b").lists("t");
    const { catalogs } = follow(backend);
    await catalogs.join(profileOf(), 0);
    const key = await catalogs.join(sampling(), 0);
    await catalogs.join(sampling(), 0);
    const { link } = backend;
    catalogs.leave(key, 0);
    catalogs.sweep(FORGET_MS * 5);
    expect(link.closed).toBe(false);
    catalogs.leave(key, 1_000);
    catalogs.sweep(1_000 + FORGET_MS - 1);
    expect(link.closed).toBe(false);
    catalogs.sweep(1_000 + FORGET_MS);
    expect(link.closed).toBe(true);
    expect(catalogs.view(key)).toBe(catalogs.plain);
  });

  test("are not forgotten while a client is joining", async () => {
    const backend = new FakeBackend("b").lists("t");
    const { catalogs } = follow(backend);
    await catalogs.join(profileOf(), 0);
    const letGo = backend.holds();
    const joining = catalogs.join(sampling(), 0);
    catalogs.sweep(FORGET_MS * 5);
    letGo();
    const key = await joining;
    expect(catalogs.view(key)).not.toBe(catalogs.plain);
    expect(backend.link.closed).toBe(false);
  });

  test("of plain clients stay without a client", async () => {
    const backend = new FakeBackend("b").lists("t");
    const { catalogs } = follow(backend);
    const key = await catalogs.join(profileOf(), 0);
    catalogs.leave(key, 0);
    catalogs.sweep(FORGET_MS * 5);
    expect(backend.link.closed).toBe(false);
  });

  test("over 32 take the place of the one that was idle for longest, and without one see the plain lists", async () => {
    const backend = new FakeBackend("b").lists("t");
    const { catalogs } = follow(backend);
    const plain = await catalogs.join(profileOf(), 0);
    const keys: string[] = [];
    for (let n = 1; n < 32; n++) keys.push(await catalogs.join(sampling({ n: `${n}` }), 0));
    expect(new Set(keys).size).toBe(31);
    expect(await catalogs.join(sampling({ n: "32" }), 0)).toBe(plain);
    expect(backend.opened).toBe(32);
    catalogs.leave(plain, 0);
    catalogs.leave(keys[4] ?? "", 20);
    catalogs.leave(keys[9] ?? "", 10);
    const late = await catalogs.join(sampling({ n: "33" }), 30);
    expect(late).not.toBe(plain);
    expect(catalogs.view(keys[9] ?? "")).toBe(catalogs.plain);
    expect(catalogs.view(keys[4] ?? "")).not.toBe(catalogs.plain);
    expect(backend.links.filter(({ closed }) => !closed)).toHaveLength(32);
  });
});

test("a suspected backend is looked at over the link that tells its health", async () => {
  const backend = new FakeBackend("b").lists("t");
  const { catalogs } = follow(backend);
  await catalogs.join(profileOf(), 0);
  await catalogs.join(sampling(), 0);
  catalogs.suspect("b");
  catalogs.suspect("nobody");
  expect(backend.links.map((link) => link.gotOf("ping").length)).toEqual([1, 0]);
});

test("closing lets clients go that still wait", async () => {
  const backend = new FakeBackend("b");
  const letGo = backend.holds();
  const { catalogs } = follow(backend);
  const joining = catalogs.join(sampling(), 0);
  await catalogs.close();
  await joining;
  letGo();
  await pass(0);
  expect(backend.links.every(({ closed }) => closed)).toBe(true);
});
