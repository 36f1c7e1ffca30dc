import { fileURLToPath } from "node:url";
import { firstLine, startNode } from "./child.ts";

/** The servers behind the gateway, all in one process. */
export interface Backends {
  readonly urls: readonly string[];
  /** Requests and connections they have seen so far. */
  counters(): Promise<BackendCounters>;
  stop(): Promise<void>;
}

/** Totals since the start, unless it says otherwise. */
interface BackendCounters {
  readonly requests: number;
  readonly connections: number;
  /** Connections that are open now. */
  readonly open: number;
}

/** How many servers of how many tools, and where. */
export interface BackendsAsk {
  readonly servers: number;
  readonly tools: number;
  readonly sessions: boolean;
  /** Whether they open standing streams; not when omitted. */
  readonly streams?: boolean;
  readonly firstPort: number | undefined;
}

/** Starts the servers on the load's core. */
export async function startBackends(ask: BackendsAsk): Promise<Backends> {
  const program = fileURLToPath(new URL("../programs/backend.ts", import.meta.url));
  const args = ["--servers", `${ask.servers}`, "--tools", `${ask.tools}`];
  if (ask.sessions) args.push("--sessions");
  if (ask.streams) args.push("--streams");
  if (ask.firstPort !== undefined) args.push("--first-port", `${ask.firstPort}`);
  const child = startNode("load", [program, ...args], "pipe");
  const { urls, counters } = await firstLine<{ urls: string[]; counters: string }>(child);
  return {
    urls,
    stop: async () => child.stop(),
    counters: async () => (await (await fetch(counters)).json()) as BackendCounters,
  };
}
