import { connectRedis, redisOptionsFromUrl, type RedisConnection } from "@headgate/redis";
import {
  faultProxy,
  startRedis,
  startSentinel,
  type FaultProxy,
  type RedisServer,
} from "@headgate/redis-server-for-tests";
import { expect, onTestFinished, test } from "vitest";
import { defineBucket } from "../src/index.ts";
import { readyConnection } from "./ready-connection.ts";
import { LIMIT, processOn, startTraffic, type Process } from "./traffic.ts";

const CALLERS = 20;

/** A fault of a server, from where it begins to where it is over. */
interface Fault {
  readonly name: string;
  /** Whether Redis forgets what it knew. */
  readonly empties: boolean;
  /** What has to be in the way for it. */
  happen(server: RedisServer, proxy: FaultProxy, process: Process): Promise<void>;
}

const lost = (process: Process): Promise<unknown> => process.degraded;

const faults: readonly Fault[] = [
  {
    name: "it stalls for 400 ms",
    empties: false,
    happen: (server) => server.pause(400),
  },
  {
    name: "it is killed and comes back empty",
    empties: true,
    happen: async (server, _proxy, process) => {
      await server.kill();
      await lost(process);
      await server.restart();
    },
  },
  {
    name: "it is restarted at once, empty",
    empties: true,
    happen: (server) => server.restart(),
  },
  {
    name: "it refuses connections",
    empties: false,
    happen: async (_server, proxy, process) => {
      await proxy.refuse();
      await lost(process);
      await proxy.accept();
    },
  },
  {
    name: "it answers no more, though connections stay",
    empties: false,
    happen: async (_server, proxy, process) => {
      proxy.silence(true);
      await lost(process);
      proxy.silence(false);
    },
  },
  {
    name: "it has become a replica (READONLY)",
    empties: false,
    happen: async (server, _proxy, process) => {
      await server.command("CONFIG", "SET", "replica-serve-stale-data", "yes");
      await server.command("REPLICAOF", "127.0.0.1", "1");
      await lost(process);
      await server.command("REPLICAOF", "NO", "ONE");
    },
  },
  {
    name: "its memory is full (OOM)",
    empties: false,
    happen: async (server, _proxy, process) => {
      await server.command("CONFIG", "SET", "maxmemory", "1");
      await lost(process);
      await server.command("CONFIG", "SET", "maxmemory", "0");
    },
  },
  {
    name: "a script of somebody else keeps it busy (BUSY)",
    empties: false,
    happen: async (server, _proxy, process) => {
      await server.command("CONFIG", "SET", "busy-reply-threshold", "1");
      const endless = server.command("EVAL", "while true do end", "0").catch(() => "killed");
      await lost(process);
      await server.command("SCRIPT", "KILL");
      await endless;
    },
  },
  {
    name: "the password is changed under it (NOAUTH)",
    empties: false,
    happen: async (server, proxy, process) => {
      await server.command("CONFIG", "SET", "requirepass", "secret");
      proxy.cut();
      await lost(process);
      await server.command("-a", "secret", "CONFIG", "SET", "requirepass", "");
    },
  },
];

async function connected(url: string): Promise<RedisConnection> {
  const connection = connectRedis(redisOptionsFromUrl(url));
  onTestFinished(() => connection.close());
  await readyConnection(connection);
  return connection;
}

/** The bound for the time that a run took: (1 + P + E) × C + (1 + P) × r·W. */
function bound(processes: number, empties: number, seconds: number): number {
  const rate = 1_000_000 / LIMIT.emissionMicros;
  return (1 + processes + empties) * LIMIT.capacity + (1 + processes) * rate * seconds;
}

test.each(faults)(
  "when $name, the bound holds, nobody waits, and the way back is automatic",
  { timeout: 60_000 },
  async (fault) => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const proxy = await faultProxy(server);
    onTestFinished(() => proxy.stop());
    const process = processOn(await connected(proxy.url), fault.name);
    onTestFinished(() => process.store.close());
    const traffic = startTraffic(process.store, CALLERS);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await fault.happen(server, proxy, process);
    await process.restored;
    await new Promise((resolve) => setTimeout(resolve, 300));
    const seen = await traffic.stop();
    expect(seen.admitted).toBeLessThanOrEqual(bound(1, fault.empties ? 1 : 0, seen.seconds));
    expect(seen.admitted).toBeGreaterThan(LIMIT.capacity);
    expect(seen.refused).toBeGreaterThan(0);
    expect(seen.late).toBe(0);
    expect(process.store.health.localDecisions).toBeGreaterThan(0);
  },
);

test(
  "when the primary is lost and another takes over, the bound holds for two processes, and both return",
  { timeout: 60_000 },
  async () => {
    const set = await startSentinel();
    onTestFinished(() => set.stop());
    const { masterName, sentinels } = set;
    const processes: Process[] = [];
    for (let one = 0; one < 2; one++) {
      const redis = connectRedis({ topology: { kind: "sentinel", masterName, sentinels } });
      onTestFinished(() => redis.close());
      await readyConnection(redis);
      processes.push(processOn(redis, "failover"));
    }
    onTestFinished(() => processes.forEach(({ store }) => store.close()));
    const traffic = processes.map(({ store }) => startTraffic(store, CALLERS / 2));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await set.failover();
    await Promise.all(processes.map(({ restored }) => restored));
    const seen = await Promise.all(traffic.map((one) => one.stop()));
    const admitted = seen.reduce((sum, one) => sum + one.admitted, 0);
    const seconds = Math.max(...seen.map((one) => one.seconds));
    // What was not replicated yet counts as if the new primary had begun empty.
    expect(admitted).toBeLessThanOrEqual(bound(2, 1, seconds));
    expect(seen.map(({ late }) => late)).toEqual([0, 0]);
  },
);

test("a closed limit refuses while Redis is away, an open one lets through, and an audited closed one only reports", async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const process = processOn(await connected(server.url), "policies");
  onTestFinished(() => process.store.close());
  const limit = { capacity: 1, periodMicros: 3_600_000_000 };
  const closed = defineBucket({ key: "closed", ...limit, onStoreFailure: "closed" });
  const open = defineBucket({ key: "open", ...limit, onStoreFailure: "open" });
  expect(await process.store.take({ buckets: [closed, open] })).toMatchObject({ allowed: true });
  await server.kill();
  for (let call = 0; call < 5; call++) await process.store.take({ buckets: [open] });
  await process.degraded;
  expect(await process.store.take({ buckets: [open, closed] })).toMatchObject({
    allowed: false,
    reason: "store-lost",
    refusedBy: [1],
  });
  expect(await process.store.take({ buckets: [open] })).toMatchObject({ allowed: true });
  expect(await process.store.take({ buckets: [open, { ...closed, audit: true }] })).toMatchObject({
    allowed: true,
    auditRefusedBy: [1],
  });
});

test(
  "decisions go on when Redis was never there, and it is found when it comes",
  { timeout: 60_000 },
  async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    await server.kill();
    const redis = connectRedis(redisOptionsFromUrl(server.url));
    onTestFinished(() => redis.close());
    const process = processOn(redis, "late");
    onTestFinished(() => process.store.close());
    for (let call = 0; call < 6; call++)
      expect(await process.store.take({ buckets: [LIMIT] })).toMatchObject({ source: "local" });
    await process.degraded;
    await server.restart();
    await process.restored;
    expect((await process.store.take({ buckets: [LIMIT] })).source).toBe("store");
  },
);
