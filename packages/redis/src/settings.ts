import { createPrivateKey, X509Certificate } from "node:crypto";
import { RedisError } from "./error.ts";
import type { Endpoint, RedisOptions, RedisTls } from "./options.ts";

/** Options with their defaults, checked. */
export interface Settings extends RedisOptions {
  readonly db: number;
  readonly connectTimeoutMs: number;
  readonly deadlineMs: number;
  readonly clientName: string;
  readonly now: () => number;
  readonly random: () => number;
}

/** Fills in defaults; throws a `RedisError` of code `invalid-options` for what could never connect. */
export function settingsOf(options: RedisOptions): Settings {
  const endpoints = endpointsOf(options);
  if (endpoints.length === 0) throw invalid("the list of servers is empty; give at least one");
  for (const { host, port } of endpoints) {
    if (host === "") throw invalid("a host is empty");
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw invalid(`port ${port} of ${host} is not a number from 1 to 65535`);
  }
  const db = options.db ?? 0;
  if (!Number.isInteger(db) || db < 0) throw invalid(`db is ${db}; it must be a whole number`);
  if (db !== 0 && options.topology.kind === "cluster")
    throw invalid(`db is ${db}, but a Cluster has only db 0`);
  requireTls("tls", options.tls);
  if (options.topology.kind === "sentinel") requireTls("topology.tls", options.topology.tls);
  return {
    ...options,
    db,
    connectTimeoutMs: positive("connectTimeoutMs", options.connectTimeoutMs ?? 1000),
    deadlineMs: positive("deadlineMs", options.deadlineMs ?? 1000),
    clientName: options.clientName ?? "headgate",
    now: options.now ?? (() => performance.now()),
    random: options.random ?? Math.random,
  };
}

function endpointsOf({ topology }: RedisOptions): readonly Endpoint[] {
  switch (topology.kind) {
    case "single":
      return [topology];
    case "sentinel":
      return topology.sentinels;
    case "cluster":
      return topology.nodes;
  }
}

function positive(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw invalid(`${name} is ${value}; it must be more than 0`);
}

// Found here, where somebody looks, and not at each attempt to connect.
function requireTls(name: string, tls: RedisTls | undefined): void {
  if (tls === undefined) return;
  if ((tls.cert === undefined) !== (tls.key === undefined))
    throw invalid(`${name} has one of cert and key; a client's certificate needs both`);
  requirePart(`${name}.ca`, tls.ca, (pem) => new X509Certificate(pem));
  requirePart(`${name}.cert`, tls.cert, (pem) => new X509Certificate(pem));
  requirePart(`${name}.key`, tls.key, (pem) => createPrivateKey(pem));
}

function requirePart(name: string, pem: string | undefined, parse: (pem: string) => unknown): void {
  if (pem === undefined) return;
  try {
    parse(pem);
  } catch (error) {
    throw invalid(`${name} is not PEM text that can be read: ${(error as Error).message}`);
  }
}

function invalid(problem: string): RedisError {
  return new RedisError("invalid-options", `Redis cannot be connected to: ${problem}`);
}
