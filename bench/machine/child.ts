import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { pinned, type Side } from "./cores.ts";

/** A process of the benchmark's own. */
export interface Child {
  readonly pid: number;
  readonly process: ChildProcess;
  /** Ends it, kindly and then not, and resolves when it is gone. */
  stop(): Promise<void>;
}

/** Where a child's output goes: to us, or to an open file; in the latter case it may exchange messages with us all the same. */
export type Output = "pipe" | number | { readonly file: number };

/** Starts a Node program on its side's core; with its output piped to us it can also exchange messages with us. */
export function startNode(side: Side, args: readonly string[], output: Output): Child {
  const [command, ...rest] = pinned(side, [process.execPath, ...args]);
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(command, rest, {
    env: { ...env, NODE_ENV: "production" },
    stdio: stdioOf(output),
  });
  const end = (): void => void child.kill("SIGKILL");
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
  return { pid: child.pid ?? Number.NaN, process: child, stop: async () => stop(child) };
}

function stdioOf(output: Output): StdioOptions {
  if (output === "pipe") return ["ignore", "pipe", "inherit", "ipc"];
  if (typeof output === "number") return ["ignore", output, output];
  return ["ignore", output.file, output.file, "ipc"];
}

/** The first line a child prints, as JSON; rejects when it exits instead. */
export async function firstLine<Line>(child: Child): Promise<Line> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.process.once("exit", (code) =>
      reject(new Error(`a process of the benchmark ended with code ${code}`)),
    );
    child.process.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const end = text.indexOf("\n");
      if (end >= 0) resolve(JSON.parse(text.slice(0, end)) as Line);
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await gone;
  clearTimeout(timer);
}
