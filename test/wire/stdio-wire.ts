import { spawn } from "node:child_process";
import { once } from "node:events";
import type { OpenWire } from "./wire.ts";

/** What to start. */
export type Program = { command: string; args: string[]; env?: Record<string, string> };

/** Speaks with a child process, one message a line; closing ends its input and waits for its end. */
export function stdioWire({ command, args, env = {} }: Program): OpenWire {
  return async (received) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "ignore"],
    });
    const ended = once(child, "close");
    let unfinished = "";
    // Not `readline`, to which U+2028 inside of a JSON string is the end of a line.
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      const lines = (unfinished + piece).split("\n");
      unfinished = lines.pop() ?? "";
      for (const line of lines) received(line);
    });
    return {
      send: async (text) => void child.stdin.write(`${text}\n`),
      established: () => Promise.resolve(),
      close: async () => {
        child.stdin.end();
        child.kill("SIGTERM");
        await ended;
      },
    };
  };
}
