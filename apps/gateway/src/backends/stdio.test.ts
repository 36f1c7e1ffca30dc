import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, describe, expect, test } from "vitest";
import {
  answerOf,
  call,
  errorOf,
  InboundProbe,
  PROFILE,
  resultOf,
  stateOf,
} from "../../test/link-probe.ts";
import {
  channelContract,
  linkContract,
  relayContract,
  type Subject,
} from "../../test/link.contract.ts";
import { lives, scriptedStdio, type ScriptedStdio } from "../../test/scripted-stdio.ts";
import type { Link } from "./port.ts";
import type { StdioBackendOptions } from "./stdio.ts";

function startSubject(scope: StdioBackendOptions["scope"]): Promise<Subject> {
  const { backend, passMs } = scriptedStdio([], { scope });
  return Promise.resolve({
    backend,
    afterDeath: () => passMs(1001),
    stop: () => Promise.resolve(),
  });
}

for (const contract of [linkContract, relayContract, channelContract])
  contract("a stdio server with scope session", () => startSubject("session"));

for (const contract of [linkContract, channelContract])
  contract("a stdio server with scope shared", () => startSubject("shared"));

let running: ScriptedStdio[] = [];

afterEach(async () => {
  await Promise.all(running.map(({ backend }) => backend.close()));
  running = [];
});

function start(...args: Parameters<typeof scriptedStdio>): ScriptedStdio {
  const one = scriptedStdio(...args);
  running.push(one);
  return one;
}

function open(one: ScriptedStdio, inbound = new InboundProbe()): Promise<Link> {
  return one.backend.open(PROFILE, inbound);
}

describe("a child of a stdio backend", () => {
  test("is told the client's own texts, and gets its configured environment and folder alone", async () => {
    const cwd = realpathSync(tmpdir());
    const one = start([], {
      env: { API_KEY: "given" },
      cwd,
      gatewayEnv: { ...process.env, GATEWAY_TOKEN: "not given" },
    });
    const state = await stateOf(await open(one));
    const { capabilities, clientInfo } = PROFILE;
    expect(JSON.parse(state.initialized[0]!)).toEqual({
      protocolVersion: "2025-11-25",
      capabilities: JSON.parse(capabilities) as unknown,
      clientInfo: JSON.parse(clientInfo) as unknown,
    });
    expect(state.env).toMatchObject({ API_KEY: "given", PATH: process.env["PATH"] });
    expect(Object.keys(state.env)).not.toContain("GATEWAY_TOKEN");
    expect(state.cwd).toBe(cwd);
  });

  test("is one for each link, and gone when its link is closed", async () => {
    const one = start();
    const [first, second] = await Promise.all([open(one), open(one)]);
    const [a, b] = await Promise.all([stateOf(first), stateOf(second)]);
    expect(a.pid).not.toBe(b.pid);
    await first.close();
    expect([lives(a.pid), lives(b.pid)]).toEqual([false, true]);
    await one.backend.close();
    expect(lives(b.pid)).toBe(false);
  });

  test("may break its output anywhere, and end its lines with CR LF", async () => {
    const link = await open(start(["twice"]));
    const echoed = await resultOf(call(link, "echo", { arguments: { text: "größer" } }));
    expect(echoed).toEqual({ echo: { text: "größer" } });
  });

  test("gets a request of many lines on one", async () => {
    const link = await open(start());
    const text =
      '{\n"jsonrpc": "2.0",\r\n"id": "x",\n"method": "tools/call",\n"params": {"name": "echo", "arguments": {"a": "\\n"}}\n}\n';
    const answer = Promise.withResolvers<string>();
    link.request(
      { id: '"x"', text },
      {
        interim: () => undefined,
        streaming: () => undefined,
        interrupted: () => undefined,
        largeAnswer: () => {
          throw new Error("not large");
        },
        answer: answer.resolve,
        failed: answer.reject,
      },
    );
    expect(JSON.parse(await answer.promise)).toMatchObject({ result: { echo: { a: "\n" } } });
  });

  test("that ignores closed input and SIGTERM is killed", async () => {
    const one = start(["stubborn"], { stopGraceMs: 50 });
    const link = await open(one);
    const { pid } = await stateOf(link);
    await link.close();
    expect(lives(pid)).toBe(false);
    expect(one.events.at(-1)).toMatchObject({ type: "exited", signal: "SIGKILL", expected: true });
  });

  test("takes with it what it started itself, also when it alone is killed", async () => {
    const one = start(["wrapped"]);
    const inbound = new InboundProbe();
    const link = await open(one, inbound);
    const inner = await stateOf(link);
    const [outer] = one.events.flatMap(({ pid }) => pid ?? []);
    expect(outer).not.toBe(inner.pid);
    process.kill(outer!, "SIGKILL");
    expect(await inbound.ended.promise).toMatchObject({
      message: "The backend scripted was ended by SIGKILL.",
    });
    expect(lives(inner.pid)).toBe(false);
  });

  test("that says too much at once fails that request alone", async () => {
    const one = start([], { maxMessageBytes: 10_000 });
    const link = await open(one);
    const [held, large] = [
      call(link, "hold"),
      call(link, "large", { arguments: { chars: 20_000 } }),
    ];
    expect(await errorOf(large)).toMatchObject({ code: "result-too-large" });
    await answerOf(call(link, "release"));
    await answerOf(held);
    expect(one.events).toContainEqual(
      expect.objectContaining({ type: "garbage", reason: "a message of more than 10000 bytes" }),
    );
  });

  test("has its complaints told, without the values of configured variables", async () => {
    const one = start([], { env: { API_KEY: "hunter2hunter2" } });
    const link = await open(one);
    const { pid } = await stateOf(link);
    await answerOf(call(link, "complain", { arguments: { line: "bad key hunter2hunter2" } }));
    await answerOf(call(link, "complain", { arguments: { line: "x".repeat(9000) } }));
    const said = (): string[] =>
      one.events.flatMap((event) =>
        event.type === "stderr" && event.pid === pid ? [event.line] : [],
      );
    await expect.poll(() => said().length).toBe(2);
    expect(said()[0]).toBe("bad key [API_KEY]");
    expect(said()[1]).toMatch(/^x{512} \(cut, the line is too long\)$/);
  });
});

describe("a stdio backend", () => {
  test("starts no more children than it may, and says what to do", async () => {
    const one = start([], { slots: { used: 0, max: 2 } });
    const [first] = await Promise.all([open(one), open(one)]);
    await expect(open(one)).rejects.toMatchObject({
      code: "backend-unavailable",
      message: expect.stringContaining("raise `operational.processes.max`") as string,
    });
    await first.close();
    await open(one);
  });

  test("waits longer and longer with a command that keeps crashing, and says until when", async () => {
    const one = start(["crash"]);
    const starts = (): number => one.events.filter(({ type }) => type === "started").length;
    await expect(open(one)).rejects.toMatchObject({
      code: "backend-unavailable",
      message: "The backend scripted ended with exit code 3.",
    });
    await expect(open(one)).rejects.toMatchObject({
      code: "backend-unavailable",
      message:
        "The backend scripted failed when it was last started; it is started again in 1 s at the earliest (1970-01-01T00:16:41.000Z); the last time: The backend scripted ended with exit code 3.",
    });
    expect(starts()).toBe(1);
    one.passMs(1000);
    await expect(open(one)).rejects.toThrow("exit code 3");
    one.passMs(1000);
    await expect(open(one)).rejects.toThrow("failed 2 times in a row; it is started again in 1 s");
    expect(starts()).toBe(2);
  });

  test("starts a server that ran for a while again at once", async () => {
    const one = start();
    const inbound = new InboundProbe();
    const link = await open(one, inbound);
    one.passMs(10_001);
    call(link, "die");
    await inbound.ended.promise;
    expect(await resultOf(call(await open(one), "echo"))).toEqual({ echo: {} });
  });

  test("gives up on a server that does not answer, and ends it", async () => {
    const one = start(["mute"], { handshakeTimeoutMs: 100 });
    await expect(open(one)).rejects.toMatchObject({ code: "backend-timeout" });
    await expect.poll(() => one.events.at(-1)).toMatchObject({ type: "exited", expected: true });
    expect(lives(one.events.at(-1)!.pid!)).toBe(false);
    await expect(open(one)).rejects.toThrow("failed when it was last started");
  });

  test.each([
    ["a command that does not exist", { command: "no-such-command-here" }],
    ["a folder that does not exist", { cwd: "/no/such/folder/here" }],
  ])("says what is wrong with %s", async (_, options) => {
    const one = start([], options);
    await expect(open(one)).rejects.toMatchObject({
      code: "backend-unavailable",
      message: "The backend scripted could not be started: check that `command` and `cwd` exist.",
    });
  });

  test("fails to start with an argument that no system takes", async () => {
    await expect(open(start([], { args: ["a\0b"] }))).rejects.toMatchObject({
      code: "backend-unavailable",
    });
  });

  test("closes in the middle of a handshake without leaving a child", async () => {
    const one = start(["mute"]);
    const opening = open(one);
    await Promise.all([
      expect(opening).rejects.toMatchObject({ code: "backend-unavailable" }),
      one.backend.close(),
    ]);
    expect(lives(one.events[0]!.pid!)).toBe(false);
  });
});
