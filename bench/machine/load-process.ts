import { fileURLToPath } from "node:url";
import type { JobName, Jobs } from "../load/jobs.ts";
import { startNode } from "./child.ts";

/** The process that makes the load, one job at a time. */
export interface LoadProcess {
  run<Name extends JobName>(name: Name, ask: Jobs[Name]["ask"]): Promise<Jobs[Name]["answer"]>;
  stop(): Promise<void>;
}

interface Reply {
  readonly answer?: unknown;
  readonly error?: string;
}

/** Starts the load process on the core that the gateway does not have. */
export function startLoad(): LoadProcess {
  const child = startNode(
    "load",
    [fileURLToPath(new URL("../programs/load.ts", import.meta.url))],
    "pipe",
  );
  return {
    stop: async () => child.stop(),
    run: async (name, ask) =>
      new Promise((resolve, reject) => {
        const exited = (): void => reject(new Error(`the load process ended during "${name}"`));
        child.process.once("exit", exited);
        child.process.once("message", (reply: Reply) => {
          child.process.off("exit", exited);
          if (reply.error !== undefined) reject(new Error(reply.error));
          else resolve(reply.answer as Jobs[typeof name]["answer"]);
        });
        child.process.send({ name, ask });
      }),
  };
}
