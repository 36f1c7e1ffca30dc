import type { RedisTopology } from "@headgate/redis";
import {
  startRedis,
  startRedisCluster,
  startSentinel,
  startValkey,
  type RedisServer,
} from "@headgate/redis-server-for-tests";

/** Servers that hold the data of tests, and how to reach them as a program would. */
export interface Deployment {
  readonly topology: RedisTopology;
  /** Every server that has keys of its own. */
  readonly servers: () => readonly RedisServer[] | Promise<readonly RedisServer[]>;
  stop(): Promise<void>;
}

/** One server. */
export async function single(): Promise<Deployment> {
  return alone(await startRedis());
}

/** One server of Valkey. */
export async function valkey(program: string): Promise<Deployment> {
  return alone(await startValkey(program));
}

function alone(server: RedisServer): Deployment {
  const { host, port } = server;
  return {
    topology: { kind: "single", host, port },
    servers: () => [server],
    stop: () => server.stop(),
  };
}

/** A Cluster of three. */
export async function cluster(): Promise<Deployment> {
  const { nodes, stop } = await startRedisCluster(3);
  return { topology: { kind: "cluster", nodes }, servers: () => nodes, stop };
}

/** A primary that was a replica a moment ago. */
export async function afterFailover(): Promise<Deployment> {
  const set = await startSentinel();
  await set.failover();
  const { masterName, sentinels } = set;
  return {
    topology: { kind: "sentinel", masterName, sentinels },
    servers: async () => [await set.primary()],
    stop: () => set.stop(),
  };
}
