import { freePort } from "./free-port.ts";
import { startRedis, type RedisServer, type RedisServerOptions } from "./server.ts";
import { sharedCertificates } from "./shared-certificates.ts";

/** A Redis Cluster of primaries that share all slots. */
export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  /** Runs a command on the node that serves its key, following redirections. */
  command(...args: readonly string[]): Promise<string>;
  /** Freezes every node for so long. */
  pause(durationMs: number): Promise<void>;
  stop(): Promise<void>;
}

const SLOTS = 16_384;

/** Starts a Cluster (default: three nodes) of servers like this, and resolves when every node takes it for complete. */
export async function startRedisCluster(
  size = 3,
  options: RedisServerOptions = {},
): Promise<RedisCluster> {
  const shared = await sharedCertificates(options);
  const nodes: RedisServer[] = [];
  const stop = async () => {
    await Promise.all([...nodes.map((node) => node.stop()), shared.remove()]);
  };
  try {
    for (let index = 0; index < size; index++) nodes.push(await startNode(shared.options));
    await join(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    nodes,
    command: (...args) => first(nodes).command("-c", ...args),
    async pause(durationMs) {
      await Promise.all(nodes.map((node) => node.pause(durationMs)));
    },
    stop,
  };
}

async function startNode(options: RedisServerOptions): Promise<RedisServer> {
  const config = {
    "cluster-enabled": "yes",
    "cluster-config-file": "nodes.conf",
    "cluster-port": String(await freePort()),
    "cluster-node-timeout": "5000",
    ...(options.tls === undefined ? {} : { "tls-cluster": "yes" }),
    ...options.config,
  };
  return startRedis({ ...options, config });
}

async function join(nodes: readonly RedisServer[]): Promise<void> {
  const share = Math.ceil(SLOTS / nodes.length);
  for (const [index, node] of nodes.entries()) {
    const last = Math.min(SLOTS, (index + 1) * share) - 1;
    await node.command("CLUSTER", "ADDSLOTSRANGE", String(index * share), String(last));
    await node.command("CLUSTER", "SET-CONFIG-EPOCH", String(index + 1));
  }
  // Everybody meets everybody: to hear of the rest by gossip alone takes seconds more.
  for (const [index, node] of nodes.entries()) {
    const busPort = (await node.command("CONFIG", "GET", "cluster-port")).split("\n")[1] ?? "";
    for (const earlier of nodes.slice(0, index))
      await earlier.command("CLUSTER", "MEET", node.host, String(node.port), busPort);
  }
  await Promise.all(nodes.map((node) => node.log(/Cluster state changed: ok/)));
}

function first(nodes: readonly RedisServer[]): RedisServer {
  const [node] = nodes;
  if (node === undefined) throw new Error("a Cluster has at least one node");
  return node;
}
