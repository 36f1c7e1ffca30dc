import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { startGateway } from "../gateway/start.ts";
import type { StartedGateway } from "../gateway/start.ts";
import { meanwhile } from "./bystander.ts";
import { configOf, httpBackend, stdioBackend } from "./gateway-config.ts";
import { childrenOf, isAlive, peakRssBytes, rssBytes } from "./process-table.ts";
import { Session } from "./session.ts";

const MIB = 1024 * 1024;
const TIMEOUT_MS = 400;

let folder: string;
let well: Misbehaving;
let gateway: StartedGateway;
let session: Session;
let startedMs: number;

beforeAll(async () => {
  startedMs = performance.now();
  folder = await mkdtemp(join(tmpdir(), "headgate-faults-"));
  well = await startMisbehaving();
  const backends = [
    httpBackend("well", well.url),
    stdioBackend("child", "on-call", journalOf("child")),
    stdioBackend("noisy", "garbage"),
    stdioBackend("loop", "crash-at-start", journalOf("loop")),
    stdioBackend("late", "crash-when-initialized", journalOf("late")),
    stdioBackend("flood", "flood-stderr"),
    stdioBackend("stubborn", "stubborn", journalOf("stubborn")),
    { name: "missing", transport: "stdio", command: join(folder, "no-such-program") },
  ];
  const timeouts = { default: "10s", perWorkload: { child: `${TIMEOUT_MS}ms` } };
  gateway = await startGateway({ config: configOf(backends, { timeouts }) });
  session = await Session.open(gateway.url);
});

afterAll(async () => {
  await gateway.stop();
  await session.leave();
  await well.close();
  await rm(folder, { recursive: true, force: true });
});

function journalOf(name: string): string {
  return join(folder, name);
}

async function starts(name: string): Promise<number[]> {
  const text = await readFile(journalOf(name), "utf8");
  return text.split("\n").filter(Boolean).map(Number);
}

function aside<T>(act: () => Promise<T>): Promise<T> {
  return meanwhile(session, "well_well", act);
}

test("a child that crashes during a call fails it, and the next call gets a new child", async () => {
  await aside(async () => {
    expect((await session.call("child_echo", { a: 1 })).result).toBeDefined();
    const before = await starts("child");
    const { error } = await session.call("child_crash");
    expect(error).toMatchObject({
      code: -32_603,
      message: "The backend child ended with exit code 3.",
    });
    const askedMs = performance.now();
    expect((await session.call("child_echo")).error?.message).toMatch(
      /^The backend child failed when it was last started; it is started again in 1 s/,
    );
    expect(performance.now() - askedMs).toBeLessThan(200);
    await expect
      .poll(async () => (await session.call("child_echo")).result, { timeout: 5_000 })
      .toBeDefined();
    expect((await starts("child")).length).toBe(before.length + 1);
  });
});

test("a child killed from outside in the middle of calls fails them all", async () => {
  await aside(async () => {
    await expect
      .poll(async () => (await session.call("child_echo")).result, { timeout: 10_000 })
      .toBeDefined();
    const pid = (await starts("child")).at(-1)!;
    const calls = [session.call("child_hang"), session.call("child_hang")];
    await session.call("child_echo");
    process.kill(pid, "SIGKILL");
    for (const { error } of await Promise.all(calls))
      expect(error?.message).toBe("The backend child was ended by SIGKILL.");
  });
});

test("a child that never answers loses the call at its time-out, and others go on", async () => {
  await aside(async () => {
    await expect
      .poll(async () => (await session.call("child_echo")).result, { timeout: 10_000 })
      .toBeDefined();
    const [hung, echoed] = await Promise.all([
      session.call("child_hang"),
      session.call("child_echo", { still: "here" }),
    ]);
    expect(echoed.result?.content?.[0]?.text).toBe('{"still":"here"}');
    expect(hung.error).toEqual({
      code: -32_603,
      message: `The backend child did not answer within ${TIMEOUT_MS} ms.`,
      data: { backend: "child", timeoutMs: TIMEOUT_MS },
    });
  });
});

test("lines that are no messages are skipped, on a call and from the first line on", async () => {
  await aside(async () => {
    const { result } = await session.call("child_garbage");
    expect(result?.content?.[0]?.text).toBe("after garbage");
    expect((await session.call("noisy_echo")).result).toBeDefined();
  });
  expect(gateway.logs()).toContain("backend process wrote something that is no message");
});

test("a child that floods its stderr answers all the same", async () => {
  await aside(async () => {
    expect((await session.call("flood_echo")).result).toBeDefined();
  });
});

test("a line that never ends fails its call at its time-out without filling the memory", async () => {
  await aside(async () => {
    const before = await rssBytes(gateway.pid);
    const peak = await peakRssBytes(gateway.pid, async () => {
      const { error } = await session.call("child_endless_line");
      expect(error?.code).toBe(-32_603);
    });
    expect(peak - before).toBeLessThan(350 * MIB);
  });
});

type BackendState = { health: string; reason?: string };

async function stateOf(name: string): Promise<BackendState | undefined> {
  const response = await fetch(`${gateway.origin}/status`);
  const { backends } = (await response.json()) as { backends: (BackendState & { name: string })[] };
  return backends.find((backend) => backend.name === name);
}

test("children that crash in a loop are started less and less often, and their reason is shown", async () => {
  await aside(async () => {
    const reasons: [string, string][] = [
      ["loop", "ended with exit code 3"],
      ["late", "ended with exit code 3"],
      ["missing", "could not be started: check that `command` and `cwd` exist"],
    ];
    for (const [name, why] of reasons) {
      const state = await stateOf(name);
      expect(state).toMatchObject({ health: "unhealthy" });
      expect(state?.reason).toContain(`The backend ${name} ${why}`);
    }
  });
  // Waits of at least 0.5, 1, 2 and 4 s lie between the starts.
  const upForMs = performance.now() - startedMs;
  const most = Math.floor(Math.log2(upForMs / 500 + 1)) + 1;
  expect((await starts("loop")).length).toBeLessThanOrEqual(most);
});

test("a stop ends every child, the stubborn one too", async () => {
  const children = await childrenOf(gateway.pid);
  expect(children.length).toBeGreaterThan(3);
  const stubborn = (await starts("stubborn")).filter(isAlive);
  expect(stubborn.length).toBeGreaterThan(0);
  expect(await gateway.stop()).toBe(0);
  await expect.poll(() => [...children, ...stubborn].filter(isAlive)).toEqual([]);
});
