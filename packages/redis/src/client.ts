import type { ConnectionOptions } from "node:tls";
import { Cluster, Redis } from "ioredis";
import { Backoff } from "./backoff.ts";
import { keepUp, type Client } from "./keep-up.ts";
import type { RedisTls } from "./options.ts";
import type { Settings } from "./settings.ts";
import { endWhenSilent } from "./silence.ts";

/** Opens the connection that commands use; it begins to connect at once, and does not end before `closed` says so. */
export function openClient(settings: Settings, closed: AbortSignal): Client {
  const { topology } = settings;
  const backoff = new Backoff(settings.now, settings.random);
  const retryStrategy = () => backoff.nextDelayMs();
  const client =
    topology.kind === "cluster"
      ? new Cluster([...topology.nodes], clusterOptions(settings, retryStrategy))
      : new Redis({ ...primaryOptions(settings), retryStrategy });
  const silenceMs = 2 * settings.connectTimeoutMs;
  if (client instanceof Redis) endWhenSilent(client, silenceMs);
  else client.on("+node", (node: Redis) => endWhenSilent(node, silenceMs));
  keepUp(client, backoff, closed);
  return client;
}

/** Opens a connection for subscriptions; in a Cluster any node hears everything, so each attempt goes to the next. */
export function openSubscriber(settings: Settings, closed: AbortSignal): Redis {
  const { topology } = settings;
  const backoff = new Backoff(settings.now, settings.random);
  const nodes = topology.kind === "cluster" ? topology.nodes : [];
  let attempt = 0;
  const options =
    topology.kind === "cluster"
      ? { ...nodeOptions(settings), ...nodes[0] }
      : primaryOptions(settings);
  const client = new Redis({
    ...options,
    socketTimeout: 2 * settings.connectTimeoutMs,
    // The subscriptions are made again by hand, so that each subscriber learns when.
    autoResubscribe: false,
    retryStrategy: () => {
      attempt += 1;
      Object.assign(client.options, nodes[attempt % Math.max(nodes.length, 1)]);
      return backoff.nextDelayMs();
    },
  });
  keepUp(client, backoff, closed);
  return client;
}

function primaryOptions(settings: Settings) {
  const { topology, connectTimeoutMs } = settings;
  if (topology.kind !== "sentinel") return { ...nodeOptions(settings), ...addressOf(topology) };
  const { masterName, sentinels, username, password, tls } = topology;
  const backoff = new Backoff(settings.now, settings.random);
  return {
    ...nodeOptions(settings),
    // The library's watch for failovers is left off: it can end the connection for good, and prints errors. A primary
    // that is replaced closes the connection, answers READONLY, or owes every reply, and each of these is noticed.
    failoverDetector: false,
    // Reads the role, so that a Sentinel which is behind cannot send us to a replica.
    enableReadyCheck: true,
    name: masterName,
    sentinels: [...sentinels],
    enableTLSForSentinelMode: settings.tls !== undefined,
    sentinelCommandTimeout: connectTimeoutMs,
    sentinelRetryStrategy: () => backoff.nextDelayMs(),
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    ...(tls === undefined ? {} : { sentinelTLS: tlsOptions(tls) }),
  };
}

const SLOTS_REFRESH_MS = 10_000;

function clusterOptions(settings: Settings, retryStrategy: () => number) {
  return {
    redisOptions: nodeOptions(settings),
    clusterRetryStrategy: retryStrategy,
    enableOfflineQueue: false,
    enableAutoPipelining: false,
    // Zero: a call whose connection broke may have been executed, and nothing may outlive its deadline in a queue.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    retryDelayOnTryAgain: 0,
    maxRedirections: 3,
    slotsRefreshTimeout: settings.connectTimeoutMs,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    // With TLS the certificate is for the name, so the name must not be replaced by its address.
    ...(settings.tls === undefined ? {} : { dnsLookup: keepName }),
  };
}

function nodeOptions(settings: Settings) {
  const { db, username, password, tls, connectTimeoutMs, clientName } = settings;
  return {
    protocol: 2 as const,
    enableAutoPipelining: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableReadyCheck: false,
    disableClientInfo: true,
    connectionName: clientName,
    connectTimeout: connectTimeoutMs,
    disconnectTimeout: DISCONNECT_MS,
    keepAlive: KEEP_ALIVE_MS,
    noDelay: true,
    // A primary that became a replica; the next attempt finds the new one.
    reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
    db,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls: tlsOptions(tls) }),
  };
}

const DISCONNECT_MS = 200;
const KEEP_ALIVE_MS = 10_000;

/** What Node's TLS makes of the settings. */
export function tlsOptions(tls: RedisTls): ConnectionOptions {
  const { ca, cert, key, serverName, insecureSkipVerify } = tls;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(insecureSkipVerify === true ? { rejectUnauthorized: false } : {}),
  };
}

function addressOf(topology: Settings["topology"]): { host: string; port: number } | undefined {
  return topology.kind === "single" ? { host: topology.host, port: topology.port } : undefined;
}

function keepName(host: string, callback: (error: null, address: string) => void): void {
  callback(null, host);
}
