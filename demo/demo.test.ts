import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectClient } from "./client.ts";
import { demoCommand, type World } from "./command.ts";
import { lookFor } from "./look.ts";
import { demoServers, type DemoServer } from "./servers.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const GATEWAY = fileURLToPath(new URL("../apps/gateway/dist/main.js", import.meta.url));
const SERVERS = ["everything", "filesystem", "memory", "sequential-thinking"];
const LISTED = /^ {2}(\S+) +(\d+) tools?\b/gm;

/** The demo as a process of its own, with its output by line as it comes. */
class Demo {
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  readonly ended: Promise<number | null>;
  errors = "";
  #waiting: { match: RegExp; found: (line: string) => void }[] = [];

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    this.ended = once(this.child, "close").then(([code]) => code as number | null);
    this.child.stderr!.on("data", (data: Buffer) => (this.errors += data.toString()));
    createInterface({ input: this.child.stdout! }).on("line", (line) => {
      this.lines.push(line);
      this.#waiting = this.#waiting.filter(({ match, found }) => !match.test(line) || found(line));
    });
  }

  get text(): string {
    return this.lines.join("\n");
  }

  /** The line that matches, once it is there; rejects with all output if the demo ends before. */
  async line(match: RegExp): Promise<string> {
    const there = this.lines.find((line) => match.test(line));
    const coming = new Promise<string>((found) => this.#waiting.push({ match, found }));
    const never = this.ended.then((code): never => {
      throw new Error(`ended with ${code} before ${match}:\n${this.text}\n${this.errors}`);
    });
    return there ?? Promise.race([coming, never]);
  }

  /** The processes that this one has started, and those that they have. */
  async descendants(): Promise<number[]> {
    const all = await processes();
    const family = [this.child.pid!];
    for (const pid of family)
      family.push(...all.filter(({ parent }) => parent === pid).map((process) => process.pid));
    return family.slice(1);
  }
}

type Process = { pid: number; parent: number; state: string };

async function processes(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,stat="]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => {
      const [pid, parent, state = ""] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), state };
    });
}

/** Those of some processes that still run; one that is dead and not yet reaped does not. */
async function running(pids: readonly number[]): Promise<number[]> {
  const all = await processes();
  const alive = new Set(all.filter(({ state }) => !state.startsWith("Z")).map(({ pid }) => pid));
  return pids.filter((pid) => alive.has(pid));
}

async function scratchFolders(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith("headgate-demo-"));
}

/** A port that somebody listens on. */
async function takenPort(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

describe("the demo on a port that is taken", () => {
  let server: Server;
  let port: number;
  let demo: Demo;
  let family: number[];
  let scratchDuring: string[];
  let code: number | null;

  beforeAll(async () => {
    ({ server, port } = await takenPort());
    demo = new Demo("--once", "--port", String(port));
    await demo.line(/waiting/);
    [family, scratchDuring] = await Promise.all([demo.descendants(), scratchFolders()]);
    code = await demo.ended;
  });

  afterAll(() => server.close());

  test("plays the story and exits with 0", () => {
    expect({ code, errors: demo.errors }).toEqual({ code: 0, errors: "" });
  });

  test("moves to the next free port and says so", () => {
    const endpoint = /endpoint {2}(\S+)/.exec(demo.text)?.[1];
    expect(Number(new URL(endpoint ?? "").port)).toBeGreaterThan(port);
    expect(demo.text).toContain(`port ${port} is taken`);
  });

  test("lists the tools of all four servers", () => {
    const counts = [...demo.text.matchAll(LISTED)].map(([, name = "", count]) => [
      name,
      Number(count),
    ]);
    const byName = Object.fromEntries(counts) as Record<string, number>;
    expect(Object.keys(byName)).toEqual([...SERVERS, "together"]);
    for (const name of SERVERS) expect(byName[name]).toBeGreaterThan(0);
    const sum = SERVERS.reduce((all, name) => all + byName[name]!, 0);
    expect(byName["together"]).toBe(sum);
  });

  test("gets answers from three servers", () => {
    expect(demo.text).toMatch(/filesystem_read_text_file .*\n.*→.* oat milk/);
    expect(demo.text).toMatch(/memory_create_entities .*\n.*→.*Ada/);
    expect(demo.text).toMatch(/everything_get-sum .*\n.*→ The sum of 19 and 23 is 42\./);
  });

  test("is stopped by the limit, waits, and then passes", () => {
    const calls = demo.lines.filter((line) => line.startsWith("  everything_echo "));
    const refused = calls.findIndex((line) => line.includes("✗"));
    expect(refused).toBeGreaterThanOrEqual(3);
    expect(calls.slice(refused + 1)).toEqual([expect.stringContaining("→ Echo:")]);
    const waitMs = Number(/wait ([\d.]+) s/.exec(calls[refused]!)?.[1]) * 1000;
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(2000);
  });

  test("writes plain text where no terminal is", () => {
    expect(demo.text).not.toContain("\u001B");
  });

  test("leaves no process and no file behind", async () => {
    // The gateway and a process for each server at least.
    expect(family.length).toBeGreaterThanOrEqual(1 + SERVERS.length);
    expect(await running(family)).toEqual([]);
    const folder = /config +\S*(headgate-demo-\w+)/.exec(demo.text)?.[1];
    expect(scratchDuring).toContain(folder);
    expect(await scratchFolders()).not.toContain(folder);
  });
});

test("after the story it shows live calls until it is interrupted", async () => {
  const demo = new Demo("--port", "20000");
  await demo.line(/^Live calls/);
  const url = /endpoint {2}(\S+)/.exec(demo.text)?.[1] ?? "";
  const { client, leave } = await connectClient(url);
  await client.callTool({ name: "everything_get-sum", arguments: { a: 1, b: 2 } });
  const line = await demo.line(/^\d\d:\d\d:\d\d .*get-sum/);
  expect(line).toMatch(/headgate-demo +answered +\d+ ms +everything_get-sum → everything$/);
  await leave();
  await client.close();
  const family = await demo.descendants();
  demo.child.kill("SIGINT");
  expect(await demo.ended).toBe(0);
  expect(await running(family)).toEqual([]);
});

test("a story that is interrupted ends with the code of the signal and leaves no process", async () => {
  const demo = new Demo("--once", "--port", "20100");
  await demo.line(/waiting/);
  const family = await demo.descendants();
  demo.child.kill("SIGTERM");
  expect(await demo.ended).toBe(143);
  expect(demo.errors).toBe("");
  expect(await running(family)).toEqual([]);
});

describe("the demo with something broken", () => {
  const run = async (change: Partial<World>, ...args: string[]) => {
    let [out, err] = ["", ""];
    const code = await demoCommand(["--once", "--port", "20200", ...args], {
      node: process.execPath,
      program: GATEWAY,
      servers: demoServers,
      look: lookFor({ colours: false, width: 100 }),
      interrupted: new Promise<never>(() => undefined),
      out: (text) => (out += text),
      err: (text) => (err += text),
      ...change,
    });
    return { code, out, err };
  };
  const broken = (script: string): Pick<World, "servers"> => ({
    servers: (scratch, node): DemoServer[] =>
      demoServers(scratch, node).map((server) =>
        server.name === "memory" ? { ...server, args: ["-e", script] } : server,
      ),
  });

  test("a server that ends at once is named, with how it ended and what it said", async () => {
    const { code, err } = await run(broken("console.error('no disk'); process.exitCode = 3"));
    expect(code).toBe(1);
    expect(err).toBe("demo: The backend memory ended with exit code 3; it said: no disk\n");
  });

  test("of a stack that a server wrote, the line with the error is shown", async () => {
    const { code, err } = await run(broken("throw new TypeError('no such thing')"));
    expect(code).toBe(1);
    expect(err).toMatch(/^demo: The backend memory ended .*; it said: TypeError: no such thing\n$/);
  });

  test("a gateway that is not built is told in one sentence", async () => {
    const { code, err } = await run({ program: `${GATEWAY}.missing` });
    expect(code).toBe(1);
    expect(err).toBe("demo: The gateway is not built: run `npm run build` first.\n");
  });

  test("an argument that nobody knows is told with the usage", async () => {
    const { code, err } = await run({}, "--onse");
    expect(code).toBe(2);
    expect(err).toMatch(/^demo: .*--onse.*\n\nnpm run demo -- /);
  });
});
