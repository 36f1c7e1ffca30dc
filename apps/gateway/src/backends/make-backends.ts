import { readFileSync } from "node:fs";
import type { Backend as BackendConfig, GatewayConfig } from "@headgate/api";
import type { ChildEvent } from "./child-events.ts";
import { HttpBackend } from "./http.ts";
import type { Backend } from "./port.ts";
import { StdioBackend, STDIO_DEFAULTS } from "./stdio.ts";

/** The largest answer that is taken from a backend. */
const MAX_ANSWER_BYTES = 100 * 1024 * 1024;

/** What backends need besides their configuration. */
interface MakeBackendsOptions {
  /** `clientInfo` of the gateway itself, as JSON text. */
  readonly clientInfo: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly maxChildren: number;
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: () => string;
  childEvent(event: ChildEvent): void;
}

/** An adapter for each configured backend, in configuration order. */
function makeBackends(config: GatewayConfig, options: MakeBackendsOptions): Map<string, Backend> {
  return new Map((config.backends ?? []).map((backend) => [backend.name, makeBackend(backend, config, options)]));
}

function makeBackend(backend: BackendConfig, config: GatewayConfig, options: MakeBackendsOptions): Backend {
  if (backend.transport === "stdio") return stdio(backend, options);
  return new HttpBackend({
    name: backend.name,
    url: backend.url ?? "",
    headers: credentials(backend.name, config, options.env),
    ...(backend.caBundlePath !== undefined && { ca: readFileSync(backend.caBundlePath, "utf8") }),
    connectTimeoutMs: 10_000,
    handshakeTimeoutMs: 30_000,
    maxConnections: 256,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  });
}

function stdio(backend: BackendConfig, options: MakeBackendsOptions): Backend {
  return new StdioBackend({
    ...STDIO_DEFAULTS,
    name: backend.name,
    command: backend.command ?? "",
    args: backend.args ?? [],
    env: backend.env ?? {},
    ...(backend.cwd !== undefined && { cwd: backend.cwd }),
    scope: backend.scope,
    clientInfo: options.clientInfo,
    gatewayEnv: options.env,
    maxChildren: options.maxChildren,
    onEvent: options.childEvent,
    now: options.now,
    random: options.random,
    newId: options.newId,
  });
}

/** The headers by which the gateway identifies itself to a backend, by lower-case name. */
function credentials(name: string, config: GatewayConfig, env: MakeBackendsOptions["env"]): Record<string, string> {
  const strategy = config.outgoingAuth?.backends?.[name] ?? config.outgoingAuth?.default;
  if (strategy?.type !== "header_injection" || strategy.headerInjection === undefined) return {};
  const { headerName, headerValue, headerValueEnv } = strategy.headerInjection;
  const value = headerValue ?? (headerValueEnv === undefined ? undefined : env[headerValueEnv]);
  return value === undefined ? {} : { [headerName.toLowerCase()]: value };
}

export { makeBackends };
