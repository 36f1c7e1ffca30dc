import assert from "node:assert/strict";
import { defineBucket, ownedBy, type Bucket } from "./bucket.ts";
import type { Clock } from "./clock.ts";
import { LevelModel, type Expected } from "./contract-model.ts";
import { seededRandom, type SeededRandom } from "./contract-random.ts";
import { TokenBucketError } from "./error.ts";
import type { Decision, Refused, TakeRequest, TokenBucketStore } from "./store.ts";

/** The one thing the suite needs of a test runner; vitest, node:test and jest all have it. */
export interface ContractRunner {
  readonly test: (name: string, body: () => Promise<void>) => unknown;
}

/** A fresh, empty store, and how to let go of it. */
export interface OpenedStore {
  readonly store: TokenBucketStore;
  readonly close?: () => void | Promise<void>;
}

/** Opens an empty store that reads the time from `now` and from nowhere else. */
export type OpenStore = (now: Clock) => OpenedStore | Promise<OpenedStore>;

const SECOND = 1_000_000;
const NOON = 60_000_000 * SECOND;

interface Bench {
  readonly store: TokenBucketStore;
  now: number;
}

type Scenario = (bench: Bench) => Promise<void>;

/** Registers one test per law that every store keeps to: P1–P10, P15–P20, audit, weight and owner. */
export function tokenBucketStoreContract(runner: ContractRunner, open: OpenStore): void {
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    runner.test(name, async () => {
      const bench = { now: NOON };
      const { store, close } = await open(() => bench.now);
      try {
        await scenario(Object.assign(bench, { store }));
      } finally {
        await close?.();
      }
    });
  }
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "P1: no window admits more than the capacity plus what refilled in it": async (bench) => {
    for (const seed of [1, 2, 3]) await admitsNoMoreThanTheWindowAllows(bench, seed);
  },

  "P2: a refusal changes no bucket": async (bench) => {
    const wide = bucket("wide", 5, 5 * SECOND);
    const narrow = bucket("narrow", 1, 60 * SECOND);
    await allowed(bench, { buckets: [wide, narrow] });
    bench.now += 300_000;
    const before = await peek(bench, [wide, narrow]);
    for (let repeat = 0; repeat < 20; repeat++) await refused(bench, { buckets: [wide, narrow] });
    await refused(bench, { buckets: [narrow, wide], cost: 2 });
    assert.deepEqual(await peek(bench, [wide, narrow]), before);
    bench.now += 60 * SECOND - 300_000 - 1;
    assert.equal((await refused(bench, { buckets: [wide, narrow] })).retryAfterMicros, 1);
  },

  "P3: every verdict, index, wait and remainder is that of the sequential model": async (bench) => {
    for (const seed of [11, 12, 13, 14]) await agreesWithTheModel(bench, seed);
  },

  "P3: a request that asks for no states gets the same verdict, indices and wait": async (
    bench,
  ) => {
    for (const seed of [15, 16]) await agreesWithoutStates(bench, seed);
  },

  "P4: a full bucket admits exactly its capacity at one instant": async (bench) => {
    for (const [capacity, period] of [
      [7, 1],
      [60, 7],
      [3, 1],
      [30, 1],
      [700, 60],
      [1, 1],
      [100, 86_400],
    ] as const) {
      const one = bucket(`exactly ${capacity} per ${period}`, capacity, period * SECOND);
      for (let unit = 0; unit < capacity; unit++) await allowed(bench, { buckets: [one] });
      await refused(bench, { buckets: [one] });
    }
  },

  "P5: the rate is never above the configured one, and below it by less than 1 µs per unit": async (
    bench,
  ) => {
    for (const [capacity, seconds] of [
      [7, 1],
      [60, 7],
      [999, 1],
      [3, 30 * 86_400],
    ] as const)
      await keepsItsRate(bench, bucket(`rate of ${capacity}`, capacity, seconds * SECOND));
  },

  "P6: with a debt of a century, a century and a half from now, nothing is off by a microsecond":
    async (bench) => {
      const year = 365 * 86_400 * SECOND;
      const slow = bucket("slow", 3, 100 * year);
      bench.now = 150 * year + 1;
      await allowed(bench, { buckets: [slow], cost: 3 });
      const owed = 3 * slow.emissionMicros;
      for (const passed of [0, 1, 999_999, slow.emissionMicros - 1, slow.emissionMicros]) {
        bench.now = 150 * year + 1 + passed;
        assert.equal((await peek(bench, [slow]))[0]?.resetMicros, owed - passed);
      }
      await allowed(bench, { buckets: [slow] });
      assert.equal((await peek(bench, [slow]))[0]?.resetMicros, owed);
    },

  "P7: a clock that steps back mints nothing, and leaves a bucket full again within one tau":
    async (bench) => {
      const stepped = bucket("stepped", 10, 10 * SECOND);
      await allowed(bench, { buckets: [stepped], cost: 4 });
      bench.now -= 3 * SECOND;
      assert.equal((await peek(bench, [stepped]))[0]?.remaining, 3);
      bench.now += 3 * SECOND;
      assert.equal((await peek(bench, [stepped]))[0]?.remaining, 6);
      bench.now -= 365 * 86_400 * SECOND;
      const { retryAfterMicros } = await refused(bench, { buckets: [stepped] });
      assert.equal(retryAfterMicros, SECOND);
      bench.now += 10 * SECOND;
      assert.equal((await peek(bench, [stepped]))[0]?.remaining, 10);
      await allowed(bench, { buckets: [stepped], cost: 10 });
      bench.now -= 365 * 86_400 * SECOND;
      const twice = [{ buckets: [stepped] }, { buckets: [stepped], cost: 2 }];
      const waits = (await bench.store.takeBatch(twice)).map((decision) =>
        decision.allowed ? undefined : decision.retryAfterMicros,
      );
      assert.deepEqual(waits, [SECOND, 2 * SECOND]);
      bench.now += 10 * SECOND;
      assert.equal((await peek(bench, [stepped]))[0]?.remaining, 10);
    },

  "P8: a clock that jumps ahead refills once, to the capacity": async (bench) => {
    const jumped = bucket("jumped", 3, 3 * SECOND);
    await allowed(bench, { buckets: [jumped], cost: 3 });
    bench.now += 20 * 365 * 86_400 * SECOND;
    await allowed(bench, { buckets: [jumped], cost: 3 });
    await refused(bench, { buckets: [jumped] });
  },

  "P9: a debt is remembered to its last microsecond, whatever else is stored meanwhile": async (
    bench,
  ) => {
    const slow = bucket("slow", 1, 1_900_000);
    await allowed(bench, { buckets: [slow] });
    for (let other = 0; other < 200; other++) {
      bench.now += 9_000;
      await allowed(bench, { buckets: [bucket(`other ${other}`, 1, 10_000)] });
    }
    bench.now += 1_900_000 - 200 * 9_000 - 1;
    assert.equal((await refused(bench, { buckets: [slow] })).retryAfterMicros, 1);
    bench.now += 1;
    await allowed(bench, { buckets: [slow] });
  },

  "P10: after the stated wait the request passes, one microsecond earlier it does not": async (
    bench,
  ) => {
    const random = seededRandom(21);
    for (let round = 0; round < 100; round++) await waitsExactly(bench, random, round);
  },

  "P15: the largest capacity is exact": async (bench) => {
    const huge = bucket("huge", 2 ** 31 - 1, 30 * 86_400 * SECOND);
    await allowed(bench, { buckets: [huge], cost: 2 ** 31 - 2 });
    await allowed(bench, { buckets: [huge] });
    assert.equal((await refused(bench, { buckets: [huge] })).retryAfterMicros, huge.emissionMicros);
  },

  "P16: one unit in thirty days comes back after thirty days exactly": async (bench) => {
    const monthly = bucket("monthly", 1, 30 * 86_400 * SECOND);
    await allowed(bench, { buckets: [monthly] });
    bench.now += 30 * 86_400 * SECOND - 1;
    await refused(bench, { buckets: [monthly] });
    bench.now += 1;
    await allowed(bench, { buckets: [monthly] });
  },

  "P17: cost 0 looks without taking, and a cost above the capacity is refused without a wait":
    async (bench) => {
      const three = bucket("three", 3, 3 * SECOND);
      for (let look = 0; look < 10; look++)
        assert.equal((await peek(bench, [three]))[0]?.remaining, 3);
      await allowed(bench, { buckets: [three], cost: 3 });
      await allowed(bench, { buckets: [three], cost: 0 });
      // Looking at an earlier time must not write down the smaller debt that counts there.
      bench.now -= 60 * SECOND;
      assert.equal((await peek(bench, [three]))[0]?.remaining, 0);
      bench.now += 60 * SECOND;
      assert.equal((await peek(bench, [three]))[0]?.remaining, 0);
      const never = await refused(bench, { buckets: [bucket("wide", 9, SECOND), three], cost: 4 });
      assert.deepEqual([never.refusedBy, never.retryAfterMicros], [[1], undefined]);
    },

  "P19: a batch decides as the same requests one after the other": async (bench) => {
    for (const seed of [31, 32]) await batchesAsASequence(bench, seed);
  },

  "P20: what is refused from memory of an earlier refusal would be refused anyway": async (
    bench,
  ) => {
    const [one, other] = [bucket("one", 2, 10 * SECOND), bucket("other", 4, 10 * SECOND)];
    const request = { buckets: [one, other], states: false };
    await allowed(bench, { ...request, cost: 2 });
    await refused(bench, request);
    bench.now += 5 * SECOND - 1;
    assert.equal((await refused(bench, request)).retryAfterMicros, 1);
    // Dearer requests wait longer, cheaper buckets do not wait at all, and a look is never refused.
    assert.equal((await refused(bench, { ...request, cost: 2 })).retryAfterMicros, 5 * SECOND + 1);
    await allowed(bench, { buckets: [other], states: false });
    await allowed(bench, { ...request, cost: 0 });
    bench.now += 1;
    await allowed(bench, request);
  },

  "a request takes its cost times the weight of each bucket": async (bench) => {
    const heavy = defineBucket({ key: "w", capacity: 7, periodMicros: 7 * SECOND, weight: 3 });
    const light = bucket("light", 7, 7 * SECOND);
    const both = { buckets: [heavy, light] };
    assert.deepEqual(remaining(await allowed(bench, both)), [4, 6]);
    assert.deepEqual(remaining(await allowed(bench, both)), [1, 5]);
    const { refusedBy, retryAfterMicros } = await refused(bench, both);
    assert.deepEqual([refusedBy, retryAfterMicros], [[0], 2 * SECOND]);
    assert.equal((await refused(bench, { ...both, cost: 3 })).retryAfterMicros, undefined);
    await allowed(bench, { buckets: [{ ...heavy, weight: 1 }] });
  },

  "each owner has a bucket of their own, beside the one that all share": async (bench) => {
    const shared = bucket("same key", 3, 60 * SECOND);
    const owners = ["alice", "bob", "", "s", "al{ice}", "a\u0000", "ü".repeat(3000)];
    for (const owner of owners) {
      await allowed(bench, { buckets: [ownedBy(shared, owner)], cost: 3 });
      await refused(bench, { buckets: [ownedBy(shared, owner)] });
    }
    const three = { buckets: [ownedBy(shared, "alice"), shared, ownedBy(shared, "bob")] };
    assert.deepEqual((await refused(bench, three)).refusedBy, [0, 2]);
    assert.equal((await peek(bench, [shared]))[0]?.remaining, 3);
  },

  "a request over many buckets of several owners is still all or nothing": async (bench) => {
    const limits = Array.from({ length: 5 }, (_, index) => bucket(`${index}`, 2, 60 * SECOND));
    const buckets = limits.flatMap((one) => [one, ownedBy(one, "a"), ownedBy(one, "b")]);
    await allowed(bench, { buckets: buckets.slice(4, 5), cost: 2 });
    assert.deepEqual((await refused(bench, { buckets })).refusedBy, [4]);
    const others = buckets.toSpliced(4, 1);
    assert.ok((await peek(bench, others)).every((state) => state.remaining === 2));
    await allowed(bench, { buckets: others, cost: 2 });
    assert.equal((await refused(bench, { buckets: others })).refusedBy.length, 14);
  },

  "an audited bucket reports what it would have refused and refuses nothing": async (bench) => {
    const audited = bucket("audited", 1, 60 * SECOND, true);
    const enforced = bucket("enforced", 2, 60 * SECOND);
    const both = { buckets: [audited, enforced] };
    assert.deepEqual((await allowed(bench, both)).auditRefusedBy, []);
    const over = await allowed(bench, both);
    assert.deepEqual([over.auditRefusedBy, over.states[0]?.resetMicros], [[0], 60 * SECOND]);
    const third = await refused(bench, both);
    assert.deepEqual([third.refusedBy, third.auditRefusedBy], [[1], [0]]);
  },

  "P18: a changed capacity or period is another bucket, which starts full and forgives the old one nothing":
    async (bench) => {
      const shapes = [
        [2, 60],
        [3, 60],
        [2, 61],
      ] as const;
      for (const [capacity, period] of shapes)
        await allowed(bench, {
          buckets: [bucket("same key", capacity, period * SECOND)],
          cost: capacity,
        });
      for (const [capacity, period] of shapes)
        await refused(bench, { buckets: [bucket("same key", capacity, period * SECOND)] });
    },

  "a bucket is the same whatever the order it is named in": async (bench) => {
    const [a, b] = [bucket("a", 2, 60 * SECOND), bucket("b", 1, 60 * SECOND)];
    await allowed(bench, { buckets: [a, b] });
    assert.deepEqual((await refused(bench, { buckets: [b, a] })).refusedBy, [0]);
    await allowed(bench, { buckets: [a] });
    assert.deepEqual((await refused(bench, { buckets: [b, a] })).refusedBy, [0, 1]);
  },

  "a request without buckets is allowed": async (bench) => {
    assert.deepEqual((await allowed(bench, { buckets: [] })).states, []);
  },

  "a malformed request throws and takes nothing": async (bench) => {
    const one = bucket("one", 1, SECOND);
    for (const request of [
      { buckets: [one, one] },
      { buckets: [one], cost: -1 },
      { buckets: [one], cost: 0.5 },
    ]) {
      await assert.rejects(async () => bench.store.take(request), TokenBucketError);
    }
    await allowed(bench, { buckets: [one] });
  },
};

async function admitsNoMoreThanTheWindowAllows(bench: Bench, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const limit = bucket(`window ${seed}`, 1 + random.below(50), SECOND);
  const admitted: number[] = [];
  for (let call = 0; call < 1500; call++) {
    bench.now += random.below(2) * random.below(2 * limit.emissionMicros);
    if ((await bench.store.take({ buckets: [limit] })).allowed) admitted.push(bench.now);
  }
  // max over i ≤ j of (j − i + 1)·T − (tj − ti) ≤ C·T, in one pass over the prefix minimum.
  let smallest = Number.POSITIVE_INFINITY;
  for (const [index, at] of admitted.entries()) {
    smallest = Math.min(smallest, index * limit.emissionMicros - at);
    const excess = (index + 1) * limit.emissionMicros - at - smallest;
    assert.ok(
      excess <= limit.tauMicros,
      `seed ${seed}: ${excess} µs of units in a window of ${limit.tauMicros}`,
    );
  }
  assert.ok(
    admitted.length > limit.capacity && admitted.length < 1500,
    "the walk neither starved nor flooded the bucket",
  );
}

async function keepsItsRate(bench: Bench, limit: Bucket): Promise<void> {
  await allowed(bench, { buckets: [limit], cost: limit.capacity });
  const emptyAt = bench.now;
  for (let unit = 1; unit <= 50; unit++) {
    const { retryAfterMicros } = await refused(bench, { buckets: [limit] });
    bench.now += retryAfterMicros ?? assert.fail("a wait is due");
    await allowed(bench, { buckets: [limit] });
    const late = bench.now - emptyAt - (unit * limit.periodMicros) / limit.capacity;
    assert.ok(late >= 0 && late < unit, `unit ${unit} came ${late} µs after its time`);
  }
}

async function agreesWithTheModel(bench: Bench, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const model = new LevelModel();
  const pool = somePool(random, `model ${seed}`);
  for (let call = 0; call < 1000; call++) {
    bench.now += random.below(3) === 0 ? random.below(400_000) : 0;
    const request = { buckets: someOf(pool, random), cost: random.below(4) };
    const expected = model.take(request, bench.now);
    const decision = await bench.store.take(request);
    assert.deepEqual(summary(decision), expected, `seed ${seed}, call ${call}`);
  }
}

async function agreesWithoutStates(bench: Bench, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const model = new LevelModel();
  const pool = somePool(random, `verdicts ${seed}`);
  for (let call = 0; call < 1000; call++) {
    bench.now += random.below(3) === 0 ? random.below(400_000) : 0;
    const request = { buckets: someOf(pool, random), cost: random.below(4), states: false };
    const expected = model.take(request, bench.now);
    const decision = await bench.store.take(request);
    const note = `seed ${seed}, call ${call}`;
    if (decision.source === "deny-cache") assertKnown(decision, expected, note);
    else
      assert.deepEqual(
        { ...summary(decision), remaining: [] },
        { ...expected, remaining: [] },
        note,
      );
  }
}

/** From memory a store may know less than all that refuses, but nothing that does not. */
function assertKnown(decision: Decision, expected: Expected, note: string): void {
  assert.ok(!decision.allowed && !expected.allowed, note);
  assert.ok(decision.refusedBy.length > 0, note);
  assert.ok(
    decision.refusedBy.every((index) => expected.refusedBy.includes(index)),
    note,
  );
  const longest = expected.retryAfterMicros ?? Number.POSITIVE_INFINITY;
  assert.ok((decision.retryAfterMicros ?? Number.POSITIVE_INFINITY) <= longest, note);
}

async function batchesAsASequence(bench: Bench, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const model = new LevelModel();
  const pool = somePool(random, `batch ${seed}`);
  for (let round = 0; round < 60; round++) {
    bench.now += random.below(300_000);
    const requests = Array.from({ length: 1 + random.below(16) }, () => ({
      buckets: someOf(pool, random),
      cost: random.below(4),
    }));
    const expected = requests.map((request) => model.take(request, bench.now));
    const decisions = await bench.store.takeBatch(requests);
    assert.deepEqual(decisions.map(summary), expected, `seed ${seed}, round ${round}`);
  }
}

async function waitsExactly(bench: Bench, random: SeededRandom, round: number): Promise<void> {
  const buckets = somePool(random, `wait ${round}`);
  const cost = 1 + random.below(Math.min(...buckets.map((one) => one.capacity / one.weight)) | 0);
  const request = { buckets, cost };
  let decision = await bench.store.take(request);
  while (decision.allowed) decision = await bench.store.take(request);
  const wait = decision.retryAfterMicros ?? assert.fail("a wait is due");
  bench.now += wait - 1;
  assert.equal((await refused(bench, request)).retryAfterMicros, 1);
  bench.now += 1;
  await allowed(bench, request);
}

/** Six buckets: of all and of two owners, of weights 1 to 3, one of them audited. */
function somePool(random: SeededRandom, label: string): readonly Bucket[] {
  return [undefined, undefined, "one owner", "one owner", "another", undefined].map(
    (owner, index) =>
      defineBucket({
        key: `${label} ${index}`,
        owner,
        capacity: 3 + random.below(12),
        periodMicros: 100_000 + random.below(5 * SECOND),
        weight: 1 + random.below(3),
        audit: index === 5,
      }),
  );
}

/** In any order: a request need not name its buckets owner by owner. */
function someOf(pool: readonly Bucket[], random: SeededRandom): readonly Bucket[] {
  const some = pool.filter(() => random.below(2) === 0);
  return random.below(2) === 0 ? some : some.toReversed();
}

function bucket(key: string, capacity: number, periodMicros: number, audit = false): Bucket {
  return defineBucket({ key, capacity, periodMicros, audit });
}

async function allowed(
  { store }: Bench,
  request: TakeRequest,
): Promise<Extract<Decision, { allowed: true }>> {
  const decision = await store.take(request);
  return decision.allowed ? decision : assert.fail(`refused: ${JSON.stringify(decision)}`);
}

async function refused({ store }: Bench, request: TakeRequest): Promise<Refused> {
  const decision = await store.take(request);
  return decision.allowed ? assert.fail("allowed, but a refusal was due") : decision;
}

async function peek(bench: Bench, buckets: readonly Bucket[]): Promise<Decision["states"]> {
  return (await allowed(bench, { buckets, cost: 0 })).states;
}

function remaining(decision: Decision): readonly number[] {
  return decision.states.map((state) => state.remaining);
}

function summary(decision: Decision): Expected {
  const { allowed: passed, auditRefusedBy } = decision;
  const refusal = decision.allowed ? { refusedBy: [], retryAfterMicros: 0 } : decision;
  const { refusedBy, retryAfterMicros } = refusal;
  return {
    allowed: passed,
    refusedBy,
    auditRefusedBy,
    retryAfterMicros,
    remaining: remaining(decision),
  };
}
