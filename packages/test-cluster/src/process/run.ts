import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { ClusterError } from "../problem.ts";

/** What a program is given besides its arguments. */
export interface RunOptions {
  /** What it reads; nothing by default. */
  readonly input?: string;
  readonly cwd?: string;
  /** Kills it after so long; default ten minutes. */
  readonly timeoutMs?: number;
}

/** How a program ended, and what it printed. */
export interface Ran {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; rejects only when it cannot be started. */
export async function tryRun(
  program: string,
  args: readonly string[],
  { input = "", cwd, timeoutMs = 600_000 }: RunOptions = {},
): Promise<Ran> {
  const child = spawn(program, args, {
    cwd,
    stdio: ["pipe", "pipe", "pipe"],
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  const ended = new Promise<boolean>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0));
  });
  // A program that ends without reading what it is given says why in its output.
  child.stdin.on("error", () => undefined).end(input);
  const [stdout, stderr, ok] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { ok, stdout, stderr };
}

/** Runs a program and answers what it printed; throws a ClusterError with its complaint when it fails. */
export async function run(
  program: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<string> {
  const { ok, stdout, stderr } = await tryRun(program, args, options).catch((cause: unknown) => {
    throw new ClusterError(`${program} cannot be started: ${(cause as Error).message}`, { cause });
  });
  if (ok) return stdout;
  const complaint = `${stderr.trim()}\n${stdout.trim()}`.trim().slice(-4000);
  throw new ClusterError(`${[program, ...args].join(" ")} failed: ${complaint}`);
}
