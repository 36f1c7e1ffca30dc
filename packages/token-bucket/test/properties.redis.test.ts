import { connectRedis, redisOptionsFromUrl, type RedisConnection } from "@headgate/redis";
import { faultProxy, startRedis, type RedisServer } from "@headgate/redis-server-for-tests";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { LevelModel } from "../src/contract-model.ts";
import { seededRandom, type SeededRandom } from "../src/contract-random.ts";
import { defineBucket, memoryStore, ownedBy, type Bucket, type Decision } from "../src/index.ts";
import { redisStore, resilientStore, type ScriptRunner } from "../src/redis/index.ts";
import { freshStore } from "./open-store.ts";
import { readyConnection } from "./ready-connection.ts";

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;

let server: RedisServer;
let redis: RedisConnection;

beforeAll(async () => {
  server = await startRedis();
  redis = await connectedTo(server.url);
});

afterAll(async () => {
  await redis.close();
  await server.stop();
});

async function connectedTo(url: string): Promise<RedisConnection> {
  const connection = connectRedis(redisOptionsFromUrl(url));
  await readyConnection(connection);
  return connection;
}

/** A store by the clock of Redis, whose keys nobody else has. */
function storeOf(runner: ScriptRunner, name: string) {
  const limited = { namespace: "tests", name };
  return redisStore({ runner, server: limited, keyPrefix: `${name}:`, deadlineMs: 5_000 });
}

/** How often Redis has changed anything. */
async function changes(): Promise<number> {
  const info = await server.command("INFO", "persistence");
  return Number(/rdb_changes_since_last_save:(\d+)/.exec(info)?.[1]);
}

async function keysOf(name: string): Promise<readonly string[]> {
  return (await redis.send("KEYS", [`${name}:*`])) as readonly string[];
}

async function contents(name: string): Promise<readonly string[]> {
  const keys = await keysOf(name);
  const hashes = keys
    .toSorted()
    .map(async (key) => `${key} ${String(await redis.send("HGETALL", [key]))}`);
  return Promise.all(hashes);
}

test("P2: a refusal, alone or in a batch, and a look change no byte", async () => {
  const store = storeOf(redis, "P2");
  const empty = defineBucket({ key: "empty", capacity: 1, periodMicros: DAY });
  const wide = ownedBy(defineBucket({ key: "wide", capacity: 9, periodMicros: DAY }), "alice");
  const request = { buckets: [empty, wide] };
  expect((await store.take(request)).allowed).toBe(true);
  const [before, changesBefore] = [await contents("P2"), await changes()];
  const decisions = [await store.take(request), ...(await store.takeBatch([request, request]))];
  await store.take({ buckets: [wide], cost: 0 });
  await store.take({ buckets: [ownedBy(wide, "never seen"), empty] });
  expect(decisions.map(({ allowed }) => allowed)).toEqual([false, false, false]);
  expect(await contents("P2")).toEqual(before);
  expect(await changes()).toBe(changesBefore);
});

test(
  "P3: 100,000 random decisions are those of the exact model, alone and in batches",
  { timeout: 180_000 },
  async () => {
    const clock = { now: 60_000_000 * SECOND };
    const store = freshStore(redis, () => clock.now);
    const random = seededRandom(2026);
    const model = new LevelModel();
    const pool = poolOf(random);
    let [decided, refused] = [0, 0];
    const next = (count: number) => {
      clock.now += random.below(200_000);
      const requests = Array.from({ length: count }, () => ({
        buckets: pool.filter(() => random.below(2) === 0),
        cost: random.below(3),
      }));
      const expected = requests.map((one) => model.take(one, clock.now));
      decided += count;
      refused += expected.filter((one) => !one.allowed).length;
      return { requests, expected };
    };
    const alone = async () => {
      const { requests, expected } = next(1);
      const found = await Promise.all(requests.map(async (one) => store.take(one)));
      expect(found.map(verdict)).toEqual(expected);
    };
    const together = async () => {
      const { requests, expected } = next(60);
      expect((await store.takeBatch(requests)).map(verdict)).toEqual(expected);
    };
    // A first one alone, so that Redis has the script and keeps the order of those that follow without waiting.
    await together();
    while (decided < 100_000) {
      await Promise.all(Array.from({ length: 20 }, together));
      for (let one = 0; one < 100; one++) await alone();
    }
    expect(refused).toBeGreaterThan(20_000);
    expect(refused).toBeLessThan(80_000);
  },
);

function poolOf(random: SeededRandom): readonly Bucket[] {
  return [undefined, undefined, "alice", "alice", "bob", "bob"].map((owner, index) =>
    defineBucket({
      key: `${index}`,
      owner,
      capacity: 20 + random.below(40),
      periodMicros: 500_000 + random.below(2 * SECOND),
      weight: 1 + (index % 2),
      audit: index === 5,
    }),
  );
}

function verdict(decision: Decision) {
  const { allowed, auditRefusedBy, states } = decision;
  const { refusedBy, retryAfterMicros } = decision.allowed
    ? { refusedBy: [], retryAfterMicros: 0 }
    : decision;
  const remaining = states.map((state) => state.remaining);
  return { allowed, refusedBy, auditRefusedBy, retryAfterMicros, remaining };
}

test("P19: a batch over hundreds of users and limits is a sequence", async () => {
  const clock = { now: 60_000_000 * SECOND };
  const store = freshStore(redis, () => clock.now);
  const random = seededRandom(19);
  const model = new LevelModel();
  const limits = Array.from({ length: 150 }, (_, index) =>
    defineBucket({ key: `${index}`, capacity: 1 + random.below(5), periodMicros: SECOND + index }),
  );
  for (let round = 0; round < 4; round++) {
    clock.now += random.below(SECOND);
    const requests = Array.from({ length: 400 }, () => {
      const [one, other] = [limits[random.below(150)], limits[random.below(150)]] as [
        Bucket,
        Bucket,
      ];
      const owner = `${random.below(200)}`;
      return { buckets: [one, ownedBy(one, owner), ownedBy(other, `${owner}'s`)] };
    });
    const expected = requests.map((one) => model.take(one, clock.now));
    expect((await store.takeBatch(requests)).map(verdict)).toEqual(expected);
  }
});

test("P9: a key never expires before the longest debt in it is repaid", async () => {
  const store = storeOf(redis, "P9");
  const random = seededRandom(9);
  const limits = [900_000, 1_900_000, 3 * SECOND, 7 * SECOND].map((periodMicros, index) =>
    defineBucket({ key: `${index}`, capacity: 1 + index * 5, periodMicros, owner: "alice" }),
  );
  const owed = new Map<string, number>();
  let shortestMicros = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 300; round++) {
    const buckets = limits.filter(() => random.below(2) === 0);
    const askedMicros = performance.now() * 1000;
    const { states } = await store.take({ buckets, cost: 1 + random.below(2) });
    for (const [index, { resetMicros }] of states.entries())
      owed.set(buckets[index]?.id ?? "", askedMicros + resetMicros);
    const [key] = await keysOf("P9");
    if (key === undefined) continue;
    const livesMicros = Number(await redis.send("PTTL", [key])) * 1000;
    const expiresMicros = livesMicros + performance.now() * 1000;
    shortestMicros = Math.min(shortestMicros, expiresMicros - Math.max(...owed.values()));
  }
  // PTTL is in whole milliseconds.
  expect(shortestMicros).toBeGreaterThanOrEqual(-1000);
  expect(shortestMicros).toBeLessThan(8 * SECOND);
});

test("P9: keys of users who went away are gone after two of the longest periods", async () => {
  const store = storeOf(redis, "gone");
  const brief = defineBucket({ key: "brief", capacity: 2, periodMicros: SECOND, owner: "bob" });
  await store.take({ buckets: [brief] });
  const keys = await keysOf("gone");
  const lives = await Promise.all(keys.map(async (key) => Number(await redis.send("TTL", [key]))));
  expect(lives).toHaveLength(1);
  expect(lives[0]).toBeGreaterThan(1);
  expect(lives[0]).toBeLessThanOrEqual(4);
});

test("P11: a hash of very many tools with very long names stays a listpack", async () => {
  const store = storeOf(redis, "listpack");
  const buckets = Array.from({ length: 100 }, (_, index) =>
    defineBucket({
      key: `${index} ${"long".repeat(2500)}`,
      capacity: 2,
      periodMicros: DAY,
      owner: "carol",
    }),
  );
  expect((await store.take({ buckets })).allowed).toBe(true);
  const keys = await keysOf("listpack");
  const kinds = await Promise.all(keys.map((key) => redis.send("OBJECT", ["ENCODING", key])));
  expect(kinds).toEqual(["listpack"]);
});

test("P12: scripts that Redis has forgotten while 200 decisions are under way are sent again, and nothing is charged twice", async () => {
  const store = storeOf(redis, "P12");
  const bucket = defineBucket({ key: "k", capacity: 1000, periodMicros: DAY });
  await store.take({ buckets: [bucket] });
  const flushed = redis.send("SCRIPT", ["FLUSH"]);
  const decisions = await Promise.all(
    Array.from({ length: 200 }, async () => store.take({ buckets: [bucket], states: false })),
  );
  await flushed;
  expect(decisions.every(({ allowed }) => allowed)).toBe(true);
  const { states } = await store.take({ buckets: [bucket], cost: 0 });
  expect(states[0]?.remaining).toBe(799);
});

test("P13: a decision whose answer is lost is charged once, and is decided here", async () => {
  const proxy = await faultProxy(server);
  onTestFinished(() => proxy.stop());
  const runner = await connectedTo(proxy.url);
  onTestFinished(() => runner.close());
  const shared = storeOf(runner, "P13");
  const store = resilientStore({ shared, local: memoryStore() });
  const bucket = defineBucket({ key: "k", capacity: 10, periodMicros: DAY });
  await store.take({ buckets: [bucket] });
  proxy.cutAfterNext("EVALSHA");
  expect(await store.take({ buckets: [bucket] })).toMatchObject({ allowed: true, source: "local" });
  const { states } = await storeOf(redis, "P13").take({ buckets: [bucket], cost: 0 });
  expect(states[0]?.remaining).toBe(8);
  expect(store.health.failures.connection).toBe(1);
});

test("P14: a replica refuses, and does not allow in silence", async () => {
  const replica = await startRedis();
  onTestFinished(() => replica.stop());
  const runner = await connectedTo(replica.url);
  onTestFinished(() => runner.close());
  await replica.command("REPLICAOF", "127.0.0.1", "1");
  const bucket = defineBucket({ key: "k", capacity: 10, periodMicros: DAY });
  await expect(storeOf(runner, "P14").take({ buckets: [bucket] })).rejects.toMatchObject({
    code: "read-only",
    executed: "no",
  });
});

test("P18: while two versions of a limit are in use neither forgives what is owed to the other", async () => {
  const store = storeOf(redis, "P18");
  const old = defineBucket({ key: "k", capacity: 5, periodMicros: DAY });
  const changed = defineBucket({ key: "k", capacity: 3, periodMicros: 60 * DAY });
  const admitted = { old: 0, changed: 0 };
  for (let turn = 0; turn < 10; turn++) {
    if ((await store.take({ buckets: [old] })).allowed) admitted.old += 1;
    if ((await store.take({ buckets: [changed] })).allowed) admitted.changed += 1;
  }
  expect(admitted).toEqual({ old: 5, changed: 3 });
});

test.each([
  [1, 30],
  [3, 30],
  [1, 7],
  [7, 365],
])("%d per %d days come back at their exact instants", async (capacity, days) => {
  const clock = { now: 50_000_000 * SECOND };
  const store = freshStore(redis, () => clock.now);
  const bucket = defineBucket({ key: "slow", capacity, periodMicros: days * DAY });
  const { emissionMicros } = bucket;
  expect(emissionMicros).toBe(Math.ceil((days * DAY) / capacity));
  await store.take({ buckets: [bucket], cost: capacity });
  for (let unit = 0; unit < 12; unit++) {
    clock.now += emissionMicros - 1;
    const early = await store.take({ buckets: [bucket] });
    expect(early).toMatchObject({ allowed: false, retryAfterMicros: 1 });
    clock.now += 1;
    expect((await store.take({ buckets: [bucket] })).allowed).toBe(true);
  }
});
