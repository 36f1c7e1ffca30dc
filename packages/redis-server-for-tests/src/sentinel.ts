import { sentinelProcess, type SentinelProcess } from "./sentinel-process.ts";
import { startRedis, type RedisServer, type RedisServerOptions } from "./server.ts";
import { sharedCertificates } from "./shared-certificates.ts";

/** How many of each; one replica and one Sentinel by default. */
export interface SentinelOptions {
  readonly replicas?: number;
  readonly sentinels?: number;
  /** How long a primary may be silent before it is taken for dead; default 500. */
  readonly downAfterMs?: number;
  /** What primary and replicas are like; with `tls`, the Sentinels are too. */
  readonly server?: RedisServerOptions;
  /** Password of the Sentinels themselves. */
  readonly sentinelPassword?: string;
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

/** Starts the set and resolves when replicas are in step and known to every Sentinel. */
export async function startSentinel(options: SentinelOptions = {}): Promise<RedisSentinel> {
  const shared = await sharedCertificates(options.server ?? {});
  const servers: RedisServer[] = [];
  const sentinels: SentinelProcess[] = [];
  const stop = async () => {
    await Promise.all([...sentinels, ...servers].map((started) => started.stop()));
    await shared.remove();
  };
  try {
    await startServers(servers, shared.options, options.replicas ?? 1);
    await startSentinels(sentinels, servers, { ...options, server: shared.options });
  } catch (error) {
    await stop();
    throw error;
  }
  return setOf(servers, sentinels, stop);
}

async function startServers(
  servers: RedisServer[],
  options: RedisServerOptions,
  replicas: number,
): Promise<void> {
  const primary = await startRedis(options);
  servers.push(primary);
  const config = { ...options.config, replicaof: `127.0.0.1 ${primary.port}` };
  for (let index = 0; index < replicas; index++) {
    const replica = await startRedis({ ...options, config });
    servers.push(replica);
    await replica.log(/sync: Finished with success/);
  }
}

async function startSentinels(
  sentinels: SentinelProcess[],
  servers: readonly RedisServer[],
  { sentinels: count = 1, downAfterMs = 500, server = {}, sentinelPassword }: SentinelOptions,
): Promise<void> {
  const [primary, ...replicas] = servers;
  const watch = {
    masterName,
    primaryPort: primary?.port ?? 0,
    quorum: Math.floor(count / 2) + 1,
    downAfterMs,
    server,
    password: sentinelPassword,
  };
  for (let index = 0; index < count; index++) sentinels.push(await sentinelProcess(watch));
  const knowsAll = async (sentinel: SentinelProcess) => {
    for (const { port } of replicas)
      await sentinel.log(new RegExp(`\\+slave slave 127.0.0.1:${port}`));
    if (count > 1) await sentinel.log(/\+sentinel sentinel/);
  };
  await Promise.all(sentinels.map(knowsAll));
}

function setOf(
  servers: readonly RedisServer[],
  sentinels: readonly SentinelProcess[],
  stop: () => Promise<void>,
): RedisSentinel {
  const primary = async () => {
    const port = await sentinels[0]?.primaryPort();
    const server = servers.find((candidate) => candidate.port === port);
    if (server === undefined) throw new Error(`the Sentinel names port ${port}, which is not ours`);
    return server;
  };
  return {
    masterName,
    sentinels: sentinels.map(({ port }) => ({ host: "127.0.0.1", port })),
    servers,
    primary,
    async failover() {
      const old = await primary();
      const switched = sentinels.map((sentinel) => sentinel.switched());
      await old.kill();
      await Promise.all(switched);
      return primary();
    },
    stop,
  };
}
