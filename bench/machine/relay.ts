import { fileURLToPath } from "node:url";
import { firstLine, startNode } from "./child.ts";
import type { Target } from "./target.ts";

/** The bare relay that shows what the runtime itself costs. */
export interface StartedRelay extends Target {
  stop(): Promise<void>;
}

/** Starts the relay on the gateway's core. */
export async function startRelay(backendUrl: string): Promise<StartedRelay> {
  const program = fileURLToPath(new URL("../programs/relay.ts", import.meta.url));
  const child = startNode("gateway", [program, "--backend", backendUrl], "pipe");
  const { url } = await firstLine<{ url: string }>(child);
  return { name: "floor", url, pid: child.pid, stop: async () => child.stop() };
}
