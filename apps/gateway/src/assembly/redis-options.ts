import type { SessionStorage } from "@headgate/api";
import {
  type Env,
  hostAndPort,
  type HostAndPort,
  REDIS_PASSWORD,
  SENTINEL_PASSWORD,
  variable,
} from "@headgate/gateway-config";
import { redisOptionsFromUrl, type RedisOptions } from "@headgate/redis";
import { GatewayError } from "../rpc/errors.ts";

/** What reading the options needs of the world. */
interface RedisWorld {
  readonly env: Env;
  /** The text of a file; throws when it cannot be read. */
  readText(path: string): string;
}

/** How to connect to the Redis that a checked configuration names. Throws when a certificate cannot be read. */
function redisOptionsOf(storage: SessionStorage, { env, readText }: RedisWorld): RedisOptions {
  const { url, username, tls } = storage;
  const fromUrl = url === undefined ? undefined : redisOptionsFromUrl(url);
  const password = passwordIn(env, REDIS_PASSWORD);
  return {
    ...fromUrl,
    topology: fromUrl?.topology ?? topologyOf(storage, { env, readText }),
    db: fromUrl?.db || storage.db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls !== undefined && { tls: tlsOf(tls, readText) }),
  };
}

function topologyOf(
  { address, sentinel, cluster, tls }: SessionStorage,
  { env, readText }: RedisWorld,
): RedisOptions["topology"] {
  if (cluster !== undefined) return { kind: "cluster", nodes: cluster.addresses.map(endpoint) };
  if (sentinel === undefined) return { kind: "single", ...endpoint(address ?? "") };
  const { masterName, addresses, username } = sentinel;
  const password = passwordIn(env, SENTINEL_PASSWORD);
  return {
    kind: "sentinel",
    masterName,
    sentinels: addresses.map(endpoint),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls !== undefined && { tls: tlsOf(tls, readText) }),
  };
}

function tlsOf(
  { caBundlePath, certificatePath, keyPath, serverName }: NonNullable<SessionStorage["tls"]>,
  readText: RedisWorld["readText"],
): RedisOptions["tls"] {
  const text = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : readText(path);
  return {
    ca: text(caBundlePath),
    cert: text(certificatePath),
    key: text(keyPath),
    serverName,
  };
}

/** An address whose form was checked on loading. */
function endpoint(text: string): HostAndPort {
  const read = hostAndPort(text);
  if (read === undefined) throw new GatewayError("internal", "An address of Redis has no port.");
  return read;
}

function passwordIn(env: Env, name: string): string | undefined {
  const password = variable(env, name);
  return password === "" ? undefined : password;
}

export { redisOptionsOf };
