import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { tlsDirectives, tlsFlags, type Certificates } from "./certificates.ts";
import { freePort } from "./free-port.ts";
import { ServerProcess } from "./server-process.ts";
import type { RedisServerOptions } from "./server.ts";

const run = promisify(execFile);

/** Whom a Sentinel watches, and when it acts. */
export interface Watch {
  readonly masterName: string;
  readonly primaryPort: number;
  readonly quorum: number;
  readonly downAfterMs: number;
  readonly server: RedisServerOptions;
  readonly password: string | undefined;
}

/** One running Sentinel. */
export interface SentinelProcess {
  readonly port: number;
  /** The port of the server that it names as primary. */
  primaryPort(): Promise<number>;
  /** Waits until it names another primary than now. */
  switched(): Promise<string>;
  /** Waits for a line of its log. */
  log(pattern: RegExp): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a Sentinel on a loopback port and resolves when it watches. */
export async function sentinelProcess(watch: Watch): Promise<SentinelProcess> {
  const folder = await mkdtemp(join(tmpdir(), "redis-for-tests-"));
  const port = await freePort();
  const file = join(folder, "sentinel.conf");
  await writeFile(file, configText(watch, port, folder));
  const child = new ServerProcess({ program: "redis-sentinel", args: [file], ready: /\+monitor/ });
  const stop = async () => {
    await child.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await child.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    async primaryPort() {
      const question = ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", watch.masterName];
      const flags = ["-e", "-p", String(port), ...secureFlags(watch)];
      const { stdout } = await run("redis-cli", [...flags, ...question]);
      return Number(stdout.split("\n")[1]);
    },
    switched: () => child.line(/\+switch-master/, child.position),
    log: (pattern) => child.line(pattern),
    stop,
  };
}

function certificatesOf({ server }: Watch): Certificates | undefined {
  return typeof server.tls === "object" ? server.tls : undefined;
}

function secureFlags(watch: Watch): string[] {
  const tls = certificatesOf(watch);
  const password = watch.password === undefined ? [] : ["--no-auth-warning", "-a", watch.password];
  return tls === undefined ? password : [...password, ...tlsFlags(tls)];
}

function configText(watch: Watch, port: number, folder: string): string {
  const { masterName, primaryPort, quorum, downAfterMs, server, password } = watch;
  const tls = certificatesOf(watch);
  const place = tls === undefined ? { port: String(port) } : tlsDirectives(tls, port);
  const lines = [
    "bind 127.0.0.1",
    `dir ${folder}`,
    ...Object.entries(place).map(([name, value]) => `${name} ${value}`),
    `sentinel monitor ${masterName} 127.0.0.1 ${primaryPort} ${quorum}`,
    `sentinel down-after-milliseconds ${masterName} ${downAfterMs}`,
    `sentinel failover-timeout ${masterName} 5000`,
    ...(server.password === undefined
      ? []
      : [`sentinel auth-pass ${masterName} ${server.password}`]),
    ...(password === undefined ? [] : [`requirepass ${password}`]),
  ];
  return `${lines.join("\n")}\n`;
}
