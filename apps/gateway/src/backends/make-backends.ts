import { readFileSync } from "node:fs";
import type { Backend as BackendConfig, GatewayConfig } from "@headgate/api";
import { Agent } from "undici";
import type { ChildEvent } from "./child-events.ts";
import type { ChildSlots } from "./children.ts";
import { HttpBackend } from "./http.ts";
import type { Backend } from "./port.ts";
import { SseBackend } from "./sse.ts";
import { StdioBackend, STDIO_DEFAULTS } from "./stdio.ts";

/** The largest answer that is taken from a backend. */
const MAX_ANSWER_BYTES = 100 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
const HANDSHAKE_TIMEOUT_MS = 30_000;
/** Calls that may wait for each of a backend's sockets. */
const WAITING_PER_CONNECTION = 4;

/** What backends need besides their configuration. */
interface MakeBackendsOptions {
  /** `clientInfo` of the gateway itself, as JSON text. */
  readonly clientInfo: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly slots: ChildSlots;
  readonly childIdleMs: number;
  /** Sockets for calls to one backend; further calls wait for one. */
  readonly maxConnectionsPerBackend: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: () => string;
  childEvent(event: ChildEvent): void;
  garbage(backend: string, reason: string): void;
}

/** An adapter for each configured backend, in configuration order. */
function makeBackends(config: GatewayConfig, options: MakeBackendsOptions): Map<string, Backend> {
  return new Map(
    (config.backends ?? []).map((backend) => [backend.name, makeBackend(backend, config, options)]),
  );
}

function makeBackend(
  backend: BackendConfig,
  config: GatewayConfig,
  options: MakeBackendsOptions,
): Backend {
  switch (backend.transport) {
    case "stdio":
      return stdio(backend, options);
    case "sse":
      return sse(backend, config, options);
    case "streamable-http":
      return http(backend, config, options);
  }
}

function http(
  backend: BackendConfig,
  config: GatewayConfig,
  options: MakeBackendsOptions,
): Backend {
  return new HttpBackend({
    name: backend.name,
    url: backend.url ?? "",
    headers: ownHeaders(backend, config, options.env),
    ...certificates(backend),
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
    maxConnections: options.maxConnectionsPerBackend,
    maxWaiting: WAITING_PER_CONNECTION * options.maxConnectionsPerBackend,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  });
}

function sse(backend: BackendConfig, config: GatewayConfig, options: MakeBackendsOptions): Backend {
  const own = ownHeaders(backend, config, options.env);
  const dispatcher = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS, ...certificates(backend) },
    connections: null,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const inner = new SseBackend({
    name: backend.name,
    url: backend.url ?? "",
    dispatcher,
    headers: (profile) => ({ ...profile.headers, ...own }),
    handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
    maxMessageBytes: MAX_ANSWER_BYTES,
    onGarbage: (reason) => options.garbage(backend.name, reason),
    now: options.now,
    newId: options.newId,
  });
  return {
    name: inner.name,
    open: (profile, inbound) => inner.open(profile, inbound),
    close: async () => {
      await inner.close();
      await dispatcher.destroy();
    },
  };
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
    slots: options.slots,
    idleMs: options.childIdleMs,
    onEvent: options.childEvent,
    now: options.now,
    random: options.random,
    newId: options.newId,
  });
}

function certificates({ caBundlePath }: BackendConfig): { ca?: string } {
  return caBundlePath === undefined ? {} : { ca: readFileSync(caBundlePath, "utf8") };
}

/** The fixed headers of a backend and those by which the gateway identifies itself to it, by lower-case name. */
function ownHeaders(
  backend: BackendConfig,
  config: GatewayConfig,
  env: MakeBackendsOptions["env"],
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(backend.headers ?? {}))
    headers[name.toLowerCase()] = value;
  const strategy = config.outgoingAuth?.backends?.[backend.name] ?? config.outgoingAuth?.default;
  if (strategy?.type !== "header_injection" || strategy.headerInjection === undefined)
    return headers;
  const { headerName, headerValue, headerValueEnv } = strategy.headerInjection;
  const value = headerValue ?? (headerValueEnv === undefined ? undefined : env[headerValueEnv]);
  if (value !== undefined) headers[headerName.toLowerCase()] = value;
  return headers;
}

export { makeBackends };
