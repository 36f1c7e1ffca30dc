import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { backendError } from "./backend-error.ts";
import { LineSplitter } from "./line-splitter.ts";
import type { Oversized } from "./oversized.ts";
import { endGroup, happensWithin, signalGroup } from "./process-group.ts";

/** How to run one child process. */
interface ChildSpec {
  readonly backend: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  readonly maxMessageBytes: number;
  /** How long the child gets to end by itself, and then again after SIGTERM. */
  readonly stopGraceMs: number;
}

/** How a child ended; `error` when it could not be started. */
interface ChildEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly error: Error | undefined;
}

interface ChildListener {
  message(text: string): void;
  oversized(message: Oversized): void;
  stderr(line: string): void;
  /** Comes once, when the child and all that it started are gone and its output is read. */
  ended(end: ChildEnd): void;
}

/** What a child may leave unread on its input before the gateway stops writing. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;
const MAX_STDERR_LINE_BYTES = 8 * 1024;
/** How long output may stay open after the last process of the group; only one that left the group holds it then. */
const OUTPUT_GRACE_MS = 500;

/** One child process, leader of a process group of its own, with a message per line on its standard streams. */
class Child {
  readonly #spec: ChildSpec;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #exited: Promise<ChildEnd>;
  readonly #ended: Promise<void>;
  #stopping: Promise<void> | undefined;

  /** Starts it; a failure to start is told as its end. */
  constructor(spec: ChildSpec, listener: ChildListener) {
    this.#spec = spec;
    this.#process = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      stdio: "pipe",
      shell: false,
      // A group of its own, so that what `npx` and the like start can be ended with it.
      detached: true,
      windowsHide: true,
    });
    this.#exited = this.#exit();
    this.#read(listener);
    this.#ended = this.#end(listener);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Writes one message. Rejects with `backend-unavailable` when the child no longer reads. */
  send(text: string): Promise<void> {
    const { stdin } = this.#process;
    const { backend } = this.#spec;
    if (stdin.writableLength > MAX_UNREAD_BYTES)
      return Promise.reject(backendError("backend-unavailable", backend, "reads no more messages"));
    return new Promise((resolve, reject) => {
      stdin.write(`${onOneLine(text)}\n`, (cause) => {
        if (!cause) return resolve();
        reject(backendError("backend-unavailable", backend, "takes no more messages", cause));
      });
    });
  }

  /** Ends it: its input closes, then SIGTERM, then SIGKILL. Resolves when all is gone. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { pid, stdin } = this.#process;
    const { stopGraceMs } = this.#spec;
    stdin.end();
    if (pid !== undefined && !(await happensWithin(this.#exited, stopGraceMs))) {
      signalGroup(pid, "SIGTERM");
      if (!(await happensWithin(this.#exited, stopGraceMs))) signalGroup(pid, "SIGKILL");
    }
    await this.#ended;
  }

  #read(listener: ChildListener): void {
    const { stdin, stdout, stderr } = this.#process;
    const maxBytes = this.#spec.maxMessageBytes;
    const messages = new LineSplitter({
      maxBytes,
      line: (text) => listener.message(text),
      tooLong: (head, tail) => listener.oversized({ maxBytes, head, tail }),
    });
    const log = new LineSplitter({
      maxBytes: MAX_STDERR_LINE_BYTES,
      line: (text) => listener.stderr(text),
      tooLong: (head) => listener.stderr(`${head} (cut, the line is too long)`),
    });
    // What fails here shows in the callback of a write, or as the end of the child.
    for (const stream of [stdin, stdout, stderr]) stream.on("error", () => undefined);
    stdout.on("data", (chunk: Buffer) => messages.push(chunk));
    // A server that closed its output can answer nothing any more.
    stdout.once("end", () => void this.stop());
    stderr.on("data", (chunk: Buffer) => log.push(chunk));
    stderr.once("end", () => log.flush());
  }

  #exit(): Promise<ChildEnd> {
    return new Promise((resolve) => {
      this.#process.once("exit", (code, signal) => resolve({ code, signal, error: undefined }));
      this.#process.once("error", (error) => resolve({ code: null, signal: null, error }));
    });
  }

  async #end(listener: ChildListener): Promise<void> {
    const child = this.#process;
    const closed = new Promise((resolve) => void child.once("close", resolve));
    const end = await this.#exited;
    if (child.pid !== undefined) {
      await endGroup(child.pid, this.#spec.stopGraceMs);
      await happensWithin(closed, OUTPUT_GRACE_MS);
    }
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    listener.ended(end);
  }
}

/** In valid JSON a line break is only ever space between tokens; on this channel it would end the message. */
function onOneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replaceAll(/[\r\n]+/g, " ") : text;
}

export { Child, type ChildEnd, type ChildListener, type ChildSpec };
