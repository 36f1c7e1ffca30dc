import { childEnvironment } from "./child-environment.ts";
import type { ChildEvent } from "./child-events.ts";
import { Children, type ChildSlots } from "./children.ts";
import type { Backend, ClientProfile, Inbound, Link } from "./port.ts";
import { SharedServer } from "./shared-server.ts";

/** An MCP server that the gateway runs itself, as a child process. */
interface StdioBackendOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Variables that the child gets besides the few that every child gets. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** `session`: a child for each link. `shared`: one child for all, which is told no client capabilities. */
  readonly scope: "session" | "shared";
  /** What a shared child is told of its client, as JSON text. */
  readonly clientInfo: string;
  /** The gateway's own environment, of which children get a short list. */
  readonly gatewayEnv: Readonly<Record<string, string | undefined>>;
  readonly slots: ChildSlots;
  /** Time without a call after which a session's child may be stopped. */
  readonly idleMs?: number;
  /** From the start of the command; `npx` may have to download first. */
  readonly handshakeTimeoutMs: number;
  /** How long a child gets to end after its input is closed, and again after SIGTERM. */
  readonly stopGraceMs: number;
  readonly maxMessageBytes: number;
  readonly onEvent: (event: ChildEvent) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Evenly spread over [0, 1). */
  readonly random: () => number;
  /** An id that nobody can guess. */
  readonly newId: () => string;
}

/** Bounds that suit most stdio servers. */
const STDIO_DEFAULTS = {
  handshakeTimeoutMs: 60_000,
  stopGraceMs: 2000,
  maxMessageBytes: 100 * 1024 * 1024,
} as const;

/** Runs one stdio server, in one child for each link or one for all. */
class StdioBackend implements Backend {
  readonly name: string;
  readonly linkIdleMs?: number;
  readonly scope: "session" | "shared";
  readonly #children: Children;
  readonly #shared: SharedServer | undefined;

  constructor(options: StdioBackendOptions) {
    const { name, scope, clientInfo, gatewayEnv, env } = options;
    this.name = name;
    this.scope = scope;
    if (scope === "session" && options.idleMs !== undefined) this.linkIdleMs = options.idleMs;
    this.#children = new Children({
      ...options,
      spec: {
        ...options,
        backend: name,
        env: childEnvironment(gatewayEnv, env),
        cwd: options.cwd,
      },
      configuredEnv: env,
      clients: scope === "shared" ? "many" : "one",
    });
    if (scope === "shared")
      this.#shared = new SharedServer(name, (inbound) =>
        this.#children.open({ capabilities: "{}", clientInfo, headers: {} }, inbound),
      );
  }

  open(profile: ClientProfile, inbound: Inbound): Promise<Link> {
    return this.#shared?.join(inbound) ?? this.#children.open(profile, inbound);
  }

  close(): Promise<void> {
    return this.#children.close();
  }
}

export { STDIO_DEFAULTS, StdioBackend, type StdioBackendOptions };
