import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  makeCertificates,
  tlsDirectives,
  tlsFlags,
  type Certificates,
  type ClientCredentials,
} from "./certificates.ts";
import { freePort } from "./free-port.ts";
import { ServerProcess } from "./server-process.ts";

const run = promisify(execFile);

/** How a server is started; without any, a free port, no password and no TLS. */
export interface RedisServerOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Password of the default user. */
  readonly password?: string;
  /** ACL users beside the default one, for example `app on >secret ~limits:* +@all`. */
  readonly users?: readonly string[];
  /** TLS only, and a client must show a certificate: with these, or `true` for some of its own. */
  readonly tls?: boolean | Certificates;
  /** Further directives of redis.conf, for example `{ maxmemory: "5mb" }`. */
  readonly config?: Readonly<Record<string, string>>;
  /** Default: `redis-server`. */
  readonly program?: string;
}

/** A running server of this test; it persists nothing. */
export interface RedisServer {
  readonly host: string;
  readonly port: number;
  /** `redis://127.0.0.1:PORT`, or `rediss://`; without user or password. */
  readonly url: string;
  /** What a client needs, when the server was started with `tls`. */
  readonly tls: ClientCredentials | undefined;
  /** Runs one command with redis-cli as the default user and answers what it printed; throws on an error reply. */
  command(...args: readonly string[]): Promise<string>;
  /** Freezes the whole process for so long, like a stalled machine; resolves when it runs again. */
  pause(durationMs: number): Promise<void>;
  /** Ends it like a crash; what it knew is lost. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port, after ending it if it runs. */
  restart(): Promise<void>;
  /** Waits for a line of its log. */
  log(pattern: RegExp): Promise<string>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a server on a loopback port and resolves when it serves. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  for (let attempt = 1; ; attempt++) {
    const folder = await mkdtemp(join(tmpdir(), "redis-for-tests-"));
    const tls = await certificatesFor(options, folder);
    const port = options.port ?? (await freePort());
    const file = join(folder, "redis.conf");
    await writeFile(file, configText(options, { port, folder, tls }));
    const program = options.program ?? "redis-server";
    const child = new ServerProcess({
      program,
      args: [file],
      ready: /Ready to accept connections/,
    });
    try {
      await child.start();
      return serverOf(child, options, { port, folder, tls });
    } catch (error) {
      await child.stop();
      await rm(folder, { recursive: true, force: true });
      // Another process may have taken the port that was free a moment ago.
      const taken = child.tail.includes("Address already in use") && options.port === undefined;
      if (!taken || attempt === 5) throw error;
    }
  }
}

interface Place {
  readonly port: number;
  readonly folder: string;
  readonly tls: Certificates | undefined;
}

function certificatesFor(
  { tls = false }: RedisServerOptions,
  folder: string,
): Promise<Certificates> | Certificates | undefined {
  if (tls === false) return undefined;
  return tls === true ? makeCertificates(folder) : tls;
}

function serverOf(child: ServerProcess, options: RedisServerOptions, place: Place): RedisServer {
  const { port, folder, tls } = place;
  const target = ["-e", "-h", "127.0.0.1", "-p", String(port)];
  const flags = tls === undefined ? target : [...target, ...tlsFlags(tls)];
  return {
    host: "127.0.0.1",
    port,
    url: `${tls === undefined ? "redis" : "rediss"}://127.0.0.1:${port}`,
    tls: tls?.client,
    async command(...args) {
      const env = options.password === undefined ? {} : { REDISCLI_AUTH: options.password };
      const { stdout } = await run("redis-cli", [...flags, ...args], { env: { ...PATH, ...env } });
      return stdout.trimEnd();
    },
    pause: (durationMs) => child.pause(durationMs),
    kill: () => child.kill(),
    async restart() {
      await child.stop();
      await child.start();
    },
    log: (pattern) => child.line(pattern),
    async stop() {
      await child.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

// oxlint-disable-next-line node/no-process-env -- redis-cli is looked up where the tests were told to look
const PATH = { PATH: process.env["PATH"] ?? "" };

function configText(options: RedisServerOptions, { port, folder, tls }: Place): string {
  const { password } = options;
  const directives = {
    bind: "127.0.0.1",
    dir: folder,
    save: '""',
    appendonly: "no",
    "repl-diskless-sync-delay": "0",
    ...(tls === undefined ? { port: String(port) } : tlsDirectives(tls, port)),
    ...(password === undefined ? {} : { requirepass: password, masterauth: password }),
    ...options.config,
  };
  const lines = Object.entries(directives).map(([name, value]) => `${name} ${value}`);
  return [...lines, ...(options.users ?? []).map((user) => `user ${user}`), ""].join("\n");
}
