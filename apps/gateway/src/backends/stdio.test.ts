import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import {
  deathContract,
  linkContract,
  relayContract,
  type Subject,
} from "../../test/link.contract.ts";
import type { ChildEvent } from "./child-events.ts";
import { STDIO_DEFAULTS, StdioBackend, type StdioBackendOptions } from "./stdio.ts";

const SERVER = fileURLToPath(new URL("../../test/fixtures/stdio-server.ts", import.meta.url));

/** A stdio backend over the scripted server, with a clock of its own. */
function scripted(
  scope: StdioBackendOptions["scope"],
  options: Partial<StdioBackendOptions> = {},
): { backend: StdioBackend; events: ChildEvent[]; passMs: (ms: number) => void } {
  const events: ChildEvent[] = [];
  let nowMs = 1_000_000;
  const backend = new StdioBackend({
    ...STDIO_DEFAULTS,
    name: "scripted",
    command: process.execPath,
    args: [SERVER],
    env: {},
    scope,
    clientInfo: '{"name":"headgate","version":"0"}',
    gatewayEnv: process.env,
    onEvent: (event) => events.push(event),
    now: () => nowMs,
    random: () => 0,
    newId: randomUUID,
    ...options,
  });
  return { backend, events, passMs: (ms) => (nowMs += ms) };
}

function startSubject(scope: StdioBackendOptions["scope"]): Promise<Subject> {
  const { backend, passMs } = scripted(scope);
  return Promise.resolve({
    backend,
    afterDeath: () => passMs(1001),
    stop: () => Promise.resolve(),
  });
}

for (const contract of [linkContract, relayContract, deathContract])
  contract("a stdio server with scope session", () => startSubject("session"));

for (const contract of [linkContract, deathContract])
  contract("a stdio server with scope shared", () => startSubject("shared"));
