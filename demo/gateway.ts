import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { DemoFailure } from "./failure.ts";
import { type LogRecord, readLogLine } from "./log-record.ts";

const STOPPED_WITHIN_MS = 20_000;

/** How the gateway is started. */
export type GatewayStart = {
  readonly node: string;
  /** The built program. */
  readonly program: string;
  readonly configFile: string;
  readonly host: string;
  readonly port: number;
  /** Takes what the gateway logs, from its first line on. */
  readonly heard: (record: LogRecord) => void;
  /** Gives up by rejecting. */
  readonly interrupted: Promise<never>;
};

/** A gateway that listens, in a process of its own. */
export type RunningGateway = {
  /** The address of the MCP endpoint. */
  readonly url: string;
  /** Rejects with a DemoFailure if the gateway ends without being told to; never resolves. */
  readonly ended: Promise<never>;
  /** Ends the gateway and its servers; resolves when they are gone. */
  stop(): Promise<void>;
};

/** Starts the gateway and resolves once it listens. Rejects with a DemoFailure if it does not, or as `interrupted` does. */
export async function startGateway(start: GatewayStart): Promise<RunningGateway> {
  const { node, program, configFile, host, port, interrupted } = start;
  if (!existsSync(program))
    throw new DemoFailure("The gateway is not built: run `npm run build` first.");
  const serve = ["serve", "--config", configFile, "--host", host, "--port", `${port}`];
  const child = spawn(node, [program, ...serve, "--log-format", "json", "--debug"], {
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: Ctrl-C is for the demo, which then stops the gateway in good order.
    detached: true,
  });
  const killWithUs = (): boolean => child.kill();
  process.once("exit", killWithUs);
  const ended = endOf(child);
  // Whoever waits for the gateway hears of its end; an end that nobody waits for is no error.
  ended.catch(() => undefined);
  const stop = async (): Promise<void> => {
    await stopped(child);
    process.off("exit", killWithUs);
  };
  try {
    const url = await Promise.race([listening(child.stdout, start.heard), ended, interrupted]);
    return { url, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function listening(log: Readable, heard: (record: LogRecord) => void): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  createInterface({ input: log }).on("line", (line) => {
    const record = readLogLine(line);
    if (record?.msg === "listening") resolve(record.url);
    if (record !== undefined) heard(record);
  });
  return promise;
}

async function endOf(child: ChildProcess): Promise<never> {
  let complaint = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  const [code, killedBy] = (await once(child, "close")) as [number | null, string | null];
  const reason = complaint.trim().replaceAll(/\s+/g, " ");
  throw new DemoFailure(
    `The gateway ended by itself (${killedBy ?? `exit code ${code}`})${reason === "" ? "." : `: ${reason}`}`,
  );
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  const deadline = setTimeout(() => child.kill("SIGKILL"), STOPPED_WITHIN_MS);
  await closed;
  clearTimeout(deadline);
}
