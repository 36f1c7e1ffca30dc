import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** What is started, and the line of its log by which it says that it serves. */
export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  readonly ready: RegExp;
}

const PATIENCE_MS = 20_000;
const running = new Set<ChildProcess>();

// A test run that ends in the middle must not leave servers behind.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A Redis program as a child process: started, frozen, killed and started again, with its log to wait on. */
export class ServerProcess {
  readonly #launch: Launch;
  readonly #watchers = new Set<() => void>();
  #child: ChildProcess | undefined;
  #log: string[] = [];

  constructor(launch: Launch) {
    this.#launch = launch;
  }

  /** The last lines of the log, for the message of a failure. */
  get tail(): string {
    return this.#log.slice(-8).join("\n");
  }

  /** How many lines the log has; hand it to `line` to look only at what comes after. */
  get position(): number {
    return this.#log.length;
  }

  /** Starts the program and waits until it says that it serves; throws with the end of its log when it ends instead. */
  async start(): Promise<void> {
    const from = this.position;
    const { program, args, ready } = this.#launch;
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    running.add(child);
    child.once("exit", () => {
      running.delete(child);
      if (this.#child === child) this.#child = undefined;
      this.#wake();
    });
    child.stdout.setEncoding("utf8");
    child.stderr.setEncoding("utf8");
    for (const stream of [child.stdout, child.stderr]) this.#readLines(stream);
    await once(child, "spawn");
    await this.line(ready, from);
  }

  /** Waits for a line of the log, at or after a position; throws when the program ends first or stays silent. */
  async line(pattern: RegExp, from = 0): Promise<string> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const found = this.#log.slice(from).find((line) => pattern.test(line));
      if (found !== undefined) return found;
      if (this.#child === undefined || deadline.aborted) {
        const why = deadline.aborted ? `within ${PATIENCE_MS} ms` : "before it ended";
        throw new Error(`${this.#launch.program} did not say ${pattern} ${why}:\n${this.tail}`);
      }
      await this.#change(deadline);
    }
  }

  /** Freezes the process, as a stalled machine would, and wakes it again; resolves then. */
  async pause(durationMs: number): Promise<void> {
    const child = this.#child;
    child?.kill("SIGSTOP");
    await sleep(durationMs);
    child?.kill("SIGCONT");
  }

  /** Ends the process at once, without a goodbye to anybody; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Ends the process and resolves when it is gone. */
  async stop(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }

  #readLines(stream: NodeJS.ReadableStream): void {
    let rest = "";
    stream.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.#log.push(...lines);
      this.#wake();
    });
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#watchers.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#watchers.add(wake);
      signal.addEventListener("abort", wake);
    });
  }

  #wake(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
