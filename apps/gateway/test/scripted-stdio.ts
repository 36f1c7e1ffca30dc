import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { ChildEvent } from "../src/backends/child-events.ts";
import { STDIO_DEFAULTS, StdioBackend, type StdioBackendOptions } from "../src/backends/stdio.ts";

const SERVER = fileURLToPath(new URL("fixtures/stdio-server.ts", import.meta.url));

/** A stdio backend over the scripted server, with a clock of its own and all that it told. */
interface ScriptedStdio {
  readonly backend: StdioBackend;
  readonly events: ChildEvent[];
  readonly passMs: (ms: number) => void;
}

/** `modes` are those of the fixture. */
function scriptedStdio(
  modes: readonly string[] = [],
  options: Partial<StdioBackendOptions> = {},
): ScriptedStdio {
  const events: ChildEvent[] = [];
  let nowMs = 1_000_000;
  const backend = new StdioBackend({
    ...STDIO_DEFAULTS,
    slots: { used: 0, max: 64 },
    name: "scripted",
    command: process.execPath,
    args: [SERVER, ...modes],
    env: {},
    scope: "session",
    clientInfo: '{"name":"headgate","version":"0"}',
    gatewayEnv: process.env,
    onEvent: (event) => events.push(event),
    now: () => nowMs,
    random: () => 0,
    newId: randomUUID,
    ...options,
  });
  return {
    backend,
    events,
    passMs: (ms) => {
      nowMs += ms;
    },
  };
}

/** Whether a process is there. */
function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export { lives, scriptedStdio, type ScriptedStdio };
