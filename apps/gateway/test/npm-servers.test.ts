import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { Agent } from "undici";
import { afterEach, describe, expect, test } from "vitest";
import type { Backend, Link } from "../src/backends/port.ts";
import { SseBackend } from "../src/backends/sse.ts";
import type { StdioBackendOptions } from "../src/backends/stdio.ts";
import { memberText } from "../src/rpc/member-span.ts";
import { readMessage } from "../src/rpc/message.ts";
import { answerOf, ask, call, InboundProbe, PROFILE, resultOf } from "./link-probe.ts";
import { lives, scriptedStdio } from "./scripted-stdio.ts";

const EVERYTHING = "@modelcontextprotocol/server-everything";

/** The main program of a server that is installed for the tests of the whole. */
function programOf(server: string): string {
  const { resolve } = createRequire(new URL("../../../test/package.json", import.meta.url));
  const manifest = resolve(`${server}/package.json`);
  return join(dirname(manifest), "dist", "index.js");
}

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function stdioBackend(
  server: string,
  args: readonly string[],
  options: Partial<StdioBackendOptions> = {},
): ReturnType<typeof scriptedStdio> {
  const one = scriptedStdio([], { name: "real", args: [programOf(server), ...args], ...options });
  closers.push(() => one.backend.close());
  return one;
}

async function sseBackend(): Promise<Backend> {
  const port = await freePort();
  const program = spawn(process.execPath, [programOf(EVERYTHING), "sse"], {
    env: { PATH: process.env["PATH"], PORT: String(port) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  closers.push(() => ended(program));
  for await (const line of createInterface({ input: program.stderr }))
    if (line.includes("running on port")) break;
  program.stderr.resume();
  const agent = new Agent();
  const backend = new SseBackend({
    name: "real",
    url: `http://127.0.0.1:${port}/sse`,
    dispatcher: agent,
    headers: () => ({}),
    handshakeTimeoutMs: 20_000,
    maxMessageBytes: 10_000_000,
    onGarbage: (reason) => expect.fail(reason),
    now: () => performance.now(),
    newId: randomUUID,
  });
  closers.push(
    () => agent.destroy(),
    () => backend.close(),
  );
  return backend;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function ended(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  program.kill("SIGKILL");
  await once(program, "exit");
}

async function toolsOf(link: Link): Promise<string[]> {
  const { tools } = await resultOf<{ tools: { name: string }[] }>(ask(link, "tools/list", {}));
  return tools.map(({ name }) => name);
}

/** Answers every request of the server while a tool runs; the text of the tool's first content. */
async function callAnswering(
  link: Link,
  tool: string,
  args: unknown,
  answer: Readonly<Record<string, unknown>>,
): Promise<string> {
  const asked = call(link, tool, {
    arguments: args,
    interim: (message) => {
      if (message.kind !== "request") return;
      const result = JSON.stringify(answer[message.method]);
      void link.send(`{"jsonrpc":"2.0","id":${message.id},"result":${result}}`);
    },
  });
  const { content } = await resultOf<{ content: { text: string }[] }>(asked);
  return content.map(({ text }) => text).join("\n");
}

describe.each([
  ["stdio", () => Promise.resolve(stdioBackend(EVERYTHING, ["stdio"]).backend as Backend)],
  ["HTTP+SSE", sseBackend],
])("server-everything over %s", (_, start) => {
  test("does all that it can do for a client of its own", async () => {
    const backend = await start();
    const inbound = new InboundProbe();
    const link = await backend.open(PROFILE, inbound);
    expect(JSON.parse(link.server.serverInfo)).toMatchObject({
      version: expect.any(String) as string,
    });

    // Tools for what the client can do are registered late.
    await expect.poll(() => toolsOf(link)).toContain("trigger-sampling-request");
    expect(await resultOf(call(link, "echo", { arguments: { message: "hi" } }))).toEqual({
      content: [{ type: "text", text: "Echo: hi" }],
    });

    const running = call(link, "trigger-long-running-operation", {
      arguments: { duration: 0.4, steps: 4 },
      token: '"t"',
    });
    await answerOf(running);
    // Between them the server may ask for roots, which it does some time after the handshake.
    const progress = running.heard
      .map((text) => readMessage(text))
      .filter(({ method }) => method === "notifications/progress")
      .map(({ text }) => JSON.parse(memberText(text, "params") ?? "") as unknown);
    expect(progress).toEqual(
      [1, 2, 3, 4].map((step) => ({ progress: step, total: 4, progressToken: "t" })),
    );

    const sampled = await callAnswering(
      link,
      "trigger-sampling-request",
      { prompt: "say", maxTokens: 5 },
      {
        "sampling/createMessage": {
          role: "assistant",
          model: "m",
          content: { type: "text", text: "sampled words" },
        },
      },
    );
    expect(sampled).toContain("sampled words");

    const elicited = await callAnswering(
      link,
      "trigger-elicitation-request",
      {},
      {
        "elicitation/create": { action: "decline" },
      },
    );
    expect(elicited).toContain("declined");
  });

  test("stops a call that is cancelled", async () => {
    const backend = await start();
    const link = await backend.open(PROFILE, new InboundProbe());
    const started = Promise.withResolvers<undefined>();
    const running = call(link, "trigger-long-running-operation", {
      arguments: { duration: 2, steps: 20 },
      token: "1",
      interim: () => started.resolve(undefined),
    });
    await started.promise;
    running.cancel("enough");
    const heard = running.heard.length;
    await answerOf(
      call(link, "trigger-long-running-operation", { arguments: { duration: 0.3, steps: 1 } }),
    );
    expect(running.heard).toHaveLength(heard);
  });
});

describe("real servers over stdio", () => {
  test("server-everything, shared, offers two clients what needs no client", async () => {
    const { backend } = stdioBackend(EVERYTHING, ["stdio"], { scope: "shared" });
    const links = await Promise.all([1, 2].map(() => backend.open(PROFILE, new InboundProbe())));
    for (const link of links) expect(await toolsOf(link)).not.toContain("trigger-sampling-request");
    const running = links.map((link) =>
      call(link, "trigger-long-running-operation", {
        id: "1",
        token: "1",
        arguments: { duration: 0.2, steps: 2 },
      }),
    );
    for (const one of running) {
      expect((await answerOf(one)).id).toBe("1");
      expect(one.heard).toHaveLength(3);
    }
  });

  test("filesystem, memory and sequential-thinking answer, and leave no process behind", async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "headgate-")));
    closers.push(() => Promise.resolve(rmSync(folder, { recursive: true })));
    const servers: [string, string[], string, unknown][] = [
      ["filesystem", [folder], "list_allowed_directories", {}],
      ["memory", [], "read_graph", {}],
      [
        "sequential-thinking",
        [],
        "sequentialthinking",
        { thought: "t", thoughtNumber: 1, totalThoughts: 1, nextThoughtNeeded: false },
      ],
    ];
    const pids: number[] = [];
    for (const [name, args, tool, toolArguments] of servers) {
      const env = { MEMORY_FILE_PATH: join(folder, "memory.jsonl") };
      const { backend, events } = stdioBackend(`@modelcontextprotocol/server-${name}`, args, {
        env,
      });
      const link = await backend.open({ ...PROFILE, capabilities: "{}" }, new InboundProbe());
      expect(await toolsOf(link)).toContain(tool);
      const result = await resultOf(call(link, tool, { arguments: toolArguments }));
      expect(result).not.toHaveProperty("isError", true);
      await backend.close();
      pids.push(
        ...events.flatMap(({ type, pid }) =>
          type === "started" && pid !== undefined ? [pid] : [],
        ),
      );
    }
    expect(pids).toHaveLength(3);
    expect(pids.filter((pid) => lives(pid))).toEqual([]);
  });

  test("filesystem gets the roots that it asks for after the handshake", async () => {
    const { backend } = stdioBackend("@modelcontextprotocol/server-filesystem", [tmpdir()]);
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "headgate-")));
    closers.push(() => Promise.resolve(rmSync(folder, { recursive: true })));
    const inbound = new InboundProbe();
    const link = await backend.open(PROFILE, inbound);
    const request = await inbound.next("roots/list");
    const result = JSON.stringify({ roots: [{ uri: `file://${folder}` }] });
    await link.send(`{"jsonrpc":"2.0","id":${request.id},"result":${result}}`);
    const allowed = async (): Promise<string> =>
      JSON.stringify(await resultOf(call(link, "list_allowed_directories")));
    await expect.poll(allowed).toContain(folder);
  });
});
