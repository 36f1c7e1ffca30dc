import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";

const PROGRAM = fileURLToPath(new URL("../../apps/gateway/dist/main.js", import.meta.url));
const READY_WITHIN_MS = 15_000;
const STOPPED_WITHIN_MS = 15_000;
const POLL_MS = 20;

/** What to run the built gateway with. */
export type GatewayStart = {
  /** The configuration, written to a file as YAML; a string is written as it is. */
  config: object | string;
  /** More flags of `serve`. */
  args?: string[];
  /** More environment variables. */
  env?: Record<string, string>;
  /** A free one when omitted. */
  port?: number;
};

/** The built gateway running as a process of its own. */
export type StartedGateway = {
  /** The MCP endpoint. */
  url: string;
  /** Scheme, host and port, for the other paths. */
  origin: string;
  pid: number;
  /** The configuration file, to be changed while the gateway runs. */
  configFile: string;
  /** Everything that the process has written so far, on both streams. */
  logs: () => string;
  /** Sends SIGTERM and resolves with the exit code; kills a process that does not stop in time and rejects. */
  stop: () => Promise<number | null>;
};

type Running = { child: ChildProcess; logs: () => string; listening: Promise<string> };

function listeningUrl(line: string): string | undefined {
  if (!line.includes('"listening"')) return undefined;
  try {
    const entry = JSON.parse(line) as { msg?: string; url?: string };
    return entry.msg === "listening" ? entry.url : undefined;
  } catch {
    return undefined;
  }
}

function run(args: string[], env: Record<string, string>, deadline: AbortSignal): Running {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const listening = new Promise<string>((resolve, reject) => {
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on("line", (line) => {
        lines.push(line);
        const url = listeningUrl(line);
        if (url !== undefined) resolve(url);
      });
    }
    deadline.addEventListener("abort", () => reject(deadline.reason as Error));
    child.once("error", reject);
    child.once("close", (code) =>
      reject(new Error(`The gateway stopped with ${code}:\n${lines.join("\n")}`)),
    );
  });
  return { child, logs: () => lines.join("\n"), listening };
}

async function becomeReady(origin: string, signal: AbortSignal): Promise<void> {
  while (!(await fetch(`${origin}/readyz`, { signal })).ok)
    await delay(POLL_MS, undefined, { signal });
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  const deadline = setTimeout(() => child.kill("SIGKILL"), STOPPED_WITHIN_MS);
  await closed;
  clearTimeout(deadline);
  if (child.signalCode === "SIGKILL") throw new Error("The gateway did not stop on SIGTERM.");
  return child.exitCode;
}

/** Runs the built gateway on a free port of 127.0.0.1 and resolves once `/readyz` answers 200; rejects with its logs if it does not start. */
export async function startGateway({
  config,
  args = [],
  env = {},
  port = 0,
}: GatewayStart): Promise<StartedGateway> {
  if (!existsSync(PROGRAM)) throw new Error("The gateway is not built: run `npm run build` first.");
  const folder = await mkdtemp(join(tmpdir(), "headgate-gateway-"));
  const file = join(folder, "config.yaml");
  await writeFile(file, typeof config === "string" ? config : stringify(config));
  const serve = [
    "serve",
    "--config",
    file,
    "--port",
    String(port),
    "--log-format",
    "json",
    ...args,
  ];
  const deadline = AbortSignal.timeout(READY_WITHIN_MS);
  const { child, logs, listening } = run(serve, env, deadline);
  const end = async () => {
    await rm(folder, { recursive: true, force: true });
    return stop(child);
  };
  try {
    const { origin } = new URL(await listening);
    await becomeReady(origin, deadline);
    return { url: `${origin}/mcp`, origin, pid: child.pid!, configFile: file, logs, stop: end };
  } catch (error) {
    await end();
    throw new Error(`The gateway did not become ready:\n${logs()}`, { cause: error });
  }
}
