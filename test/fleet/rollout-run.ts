import { setTimeout as delay } from "node:timers/promises";
import { startRedis } from "@headgate/redis-server-for-tests";
import { startCounting } from "../fixtures/counting/listen.ts";
import type { Counting } from "../fixtures/counting/listen.ts";
import { configOf, http } from "../gateway/config.ts";
import { CountingClient, nothingCounted } from "./counting-client.ts";
import type { Counted } from "./counting-client.ts";
import { startFleet } from "./fleet.ts";
import type { Fleet } from "./fleet.ts";
import { readMetrics, total } from "./metrics.ts";

/** How gateways are replaced while clients call. */
export type RolloutOptions = {
  clients: number;
  /** How often all gateways are replaced, one after another. */
  rounds: number;
  /** SIGTERM lets a gateway take its leave. */
  signal: "SIGTERM" | "SIGKILL";
  /** Pause of a client between the beginnings of two calls. */
  everyMs: number;
  /** Pause between two replacements. */
  restMs: number;
};

/** What clients and backends saw, and what the gateways that were left at the end did. */
export type Rollout = Counted & {
  replaced: number;
  /** Calls that a backend ran twice. */
  duplicated: number;
  /** Sessions at backends that were begun beyond one for each client and backend. */
  moreBackendSessions: number;
  /** Sessions that the gateways of the last round took up. */
  restored: number;
  /** Sessions at backends that are left once every client has ended its own. */
  leftAtBackends: number;
};

const SIZE = 3;
const BACKENDS = ["one", "two"];

/** Lets clients count at two stateful backends through three gateways that are replaced one after another. */
export async function rolloutRun(options: RolloutOptions): Promise<Rollout> {
  const redis = await startRedis();
  const backends = await Promise.all(BACKENDS.map(() => startCounting()));
  const fleet = await startFleet({
    size: SIZE,
    config: configOf(
      backends.map(({ url }, n) => http(BACKENDS[n] ?? "", url)),
      {
        operational: { drain: { delay: "1s", gracePeriod: "10s" } },
        sessionStorage: { provider: "redis", address: `${redis.host}:${redis.port}` },
      },
    ),
  });
  try {
    return await rolledOut(fleet, backends, options);
  } finally {
    await fleet.stop();
    await Promise.all([...backends.map((backend) => backend.close()), redis.stop()]);
  }
}

async function rolledOut(
  fleet: Fleet,
  backends: readonly Counting[],
  options: RolloutOptions,
): Promise<Rollout> {
  const seen = nothingCounted();
  const clients = await openAll(fleet.url, options.clients, seen);
  const tools = BACKENDS.map((name) => `${name}_count`);
  // Every client has a session at every backend before the first gateway goes.
  await inPortions(clients, async (client) => {
    for (const tool of tools) await client.callOnce(tool);
  });
  const stop = new AbortController();
  const calling = clients.map((client) => client.call(tools, options.everyMs, stop.signal));
  const replaced = await replaceAll(fleet, options);
  stop.abort();
  await Promise.all(calling);
  const restored = await restoredBy(fleet);
  await inPortions(clients, (client) => client.end());
  await delay(200);
  const runs = backends.flatMap((backend) => [...backend.runs.values()]);
  // One that was killed could not end its own.
  const inLists = CATALOGUES + (options.signal === "SIGKILL" ? replaced * BACKENDS.length : 0);
  const begun = backends.reduce((sum, backend) => sum + backend.begun(), 0);
  return {
    ...seen,
    replaced,
    restored,
    duplicated: runs.filter((count) => count > 1).length,
    moreBackendSessions: begun - (SIZE + replaced + options.clients) * BACKENDS.length,
    leftAtBackends: backends.reduce((sum, backend) => sum + backend.sessions(), 0) - inLists,
  };
}

/** Each gateway has a session of its own at each backend, from which it knows the backend's lists. */
const CATALOGUES = SIZE * BACKENDS.length;

async function replaceAll(fleet: Fleet, { rounds, signal, restMs }: RolloutOptions) {
  let replaced = 0;
  for (let round = 0; round < rounds; round++) {
    for (let index = 0; index < SIZE; index++) {
      // The first one is the oldest: whoever comes new goes to the end.
      await (signal === "SIGTERM" ? fleet.rollOver(0) : fleet.killAndReplace(0));
      replaced++;
      await delay(restMs);
    }
  }
  return replaced;
}

/** Opens the sessions of all clients, a few at a time. */
async function openAll(url: string, count: number, seen: Counted): Promise<CountingClient[]> {
  const names = Array.from({ length: count }, (_, n) => `c${n}`);
  const clients: CountingClient[] = [];
  await inPortions(names, async (name) => {
    clients.push(await CountingClient.open(url, name, seen));
  });
  return clients;
}

async function inPortions<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < all.length; from += 25)
    await Promise.all(all.slice(from, from + 25).map(act));
}

async function restoredBy({ gateways }: Fleet): Promise<number> {
  const counts = await Promise.all(
    gateways.map(async ({ origin }) =>
      total(await readMetrics(origin), "headgate_sessions_restored_total"),
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
