import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ClusterError } from "../problem.ts";

/** A program that serves until it is stopped. */
export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  /** Where everything it prints is kept. */
  readonly logFile: string;
}

const running = new Set<ChildProcess>();

// A test run that ends in the middle must not leave servers behind.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A server as a child process, which logs to a file. */
export class Daemon {
  readonly name: string;
  readonly #launch: Launch;
  readonly #child: ChildProcess;

  private constructor(launch: Launch, child: ChildProcess) {
    this.name = basename(launch.program);
    this.#launch = launch;
    this.#child = child;
  }

  /** Starts the program; resolves when the process exists, not when it serves. */
  static async start(launch: Launch): Promise<Daemon> {
    const log = openSync(launch.logFile, "a", 0o600);
    const child = spawn(launch.program, launch.args, { stdio: ["ignore", log, log] });
    closeSync(log);
    running.add(child);
    child.once("exit", () => running.delete(child));
    try {
      await once(child, "spawn");
    } catch (cause) {
      running.delete(child);
      throw new ClusterError(`${launch.program} cannot be started`, { cause });
    }
    return new Daemon(launch, child);
  }

  /** Its process id. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Whether it still runs. */
  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves as soon as a condition holds; stops the program and throws with the end of its log when it ends before, or time runs out. */
  async until(what: string, holds: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
    const deadlineMs = performance.now() + timeoutMs;
    while (!(await holds())) {
      if (this.alive && performance.now() < deadlineMs) await sleep(50);
      else {
        const why = this.alive ? `took longer than ${timeoutMs} ms` : "cannot be: it ended";
        await this.stop();
        throw new ClusterError(`${this.name}: ${what} ${why}:
${await this.#tail()}`);
      }
    }
  }

  /** Asks it to end, and kills it when it has not after the grace period; resolves when it is gone. */
  async stop(signal: NodeJS.Signals = "SIGKILL", graceMs = 10_000): Promise<void> {
    if (!this.alive) return;
    const gone = once(this.#child, "exit");
    this.#child.kill(signal);
    const killer = setTimeout(() => this.#child.kill("SIGKILL"), graceMs);
    await gone;
    clearTimeout(killer);
  }

  async #tail(): Promise<string> {
    const log = await readFile(this.#launch.logFile, "utf8").catch(() => "");
    return log.trimEnd().split("\n").slice(-12).join("\n");
  }
}
