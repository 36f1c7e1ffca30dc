import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";
import { ServerProcess } from "./server-process.ts";
import { startRedis, type RedisServer } from "./server.ts";

const run = promisify(execFile);

/** How many of each; one replica and one Sentinel by default. */
export interface SentinelOptions {
  readonly replicas?: number;
  readonly sentinels?: number;
  /** How long a primary may be silent before it is taken for dead; default 500. */
  readonly downAfterMs?: number;
}

/** A primary with replicas, watched by Sentinels that promote a replica when it dies. */
export interface RedisSentinel {
  readonly masterName: string;
  readonly sentinels: readonly { readonly host: string; readonly port: number }[];
  /** Every server, the first primary first. */
  readonly servers: readonly RedisServer[];
  /** The server that the Sentinels name as primary now. */
  primary(): Promise<RedisServer>;
  /** Kills the primary and resolves, with the new one, when every Sentinel has switched; about 1.5 s. */
  failover(): Promise<RedisServer>;
  stop(): Promise<void>;
}

const masterName = "primary-for-tests";

interface Watcher {
  readonly port: number;
  readonly child: ServerProcess;
  readonly folder: string;
}

/** Starts the set and resolves when replicas are in step and known to every Sentinel. */
export async function startSentinel(options: SentinelOptions = {}): Promise<RedisSentinel> {
  const { replicas = 1, sentinels: count = 1, downAfterMs = 500 } = options;
  const servers: RedisServer[] = [];
  const watchers: Watcher[] = [];
  const stop = async () => {
    await Promise.all([...watchers.map(stopWatcher), ...servers.map((server) => server.stop())]);
  };
  try {
    const primary = await startRedis();
    servers.push(primary);
    for (let index = 0; index < replicas; index++) {
      const replica = await startRedis({ config: { replicaof: `127.0.0.1 ${primary.port}` } });
      servers.push(replica);
      await replica.log(/sync: Finished with success/);
    }
    for (let index = 0; index < count; index++) {
      watchers.push(await startWatcher(primary.port, Math.floor(count / 2) + 1, downAfterMs));
    }
    await Promise.all(watchers.map(({ child }) => knowsAll(child, servers.slice(1), count)));
  } catch (error) {
    await stop();
    throw error;
  }
  return setOf(servers, watchers, stop);
}

function setOf(
  servers: readonly RedisServer[],
  watchers: readonly Watcher[],
  stop: () => Promise<void>,
): RedisSentinel {
  const primary = async () => {
    const port = await askPrimary(watchers[0]?.port ?? 0);
    const server = servers.find((candidate) => candidate.port === port);
    if (server === undefined) throw new Error(`the Sentinel names port ${port}, which is not ours`);
    return server;
  };
  return {
    masterName,
    sentinels: watchers.map(({ port }) => ({ host: "127.0.0.1", port })),
    servers,
    primary,
    async failover() {
      const old = await primary();
      const positions = watchers.map(({ child }) => child.position);
      await old.kill();
      await Promise.all(
        watchers.map(({ child }, index) => child.line(/\+switch-master/, positions[index])),
      );
      return primary();
    },
    stop,
  };
}

async function startWatcher(
  primaryPort: number,
  quorum: number,
  downAfterMs: number,
): Promise<Watcher> {
  const folder = await mkdtemp(join(tmpdir(), "redis-for-tests-"));
  const port = await freePort();
  const file = join(folder, "sentinel.conf");
  const lines = [
    "bind 127.0.0.1",
    `port ${port}`,
    `dir ${folder}`,
    `sentinel monitor ${masterName} 127.0.0.1 ${primaryPort} ${quorum}`,
    `sentinel down-after-milliseconds ${masterName} ${downAfterMs}`,
    `sentinel failover-timeout ${masterName} 5000`,
  ];
  await writeFile(file, `${lines.join("\n")}\n`);
  const child = new ServerProcess({ program: "redis-sentinel", args: [file], ready: /\+monitor/ });
  await child.start();
  return { port, child, folder };
}

async function stopWatcher({ child, folder }: Watcher): Promise<void> {
  await child.stop();
  await rm(folder, { recursive: true, force: true });
}

async function knowsAll(
  child: ServerProcess,
  replicas: readonly RedisServer[],
  sentinels: number,
): Promise<void> {
  for (const { port } of replicas) await child.line(new RegExp(`\\+slave slave 127.0.0.1:${port}`));
  if (sentinels > 1) await child.line(/\+sentinel sentinel/);
}

async function askPrimary(sentinelPort: number): Promise<number> {
  const question = ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName];
  const { stdout } = await run("redis-cli", ["-e", "-p", String(sentinelPort), ...question]);
  return Number(stdout.split("\n")[1]);
}
