import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CacheRig, TTL_MS, valueAt, type Process } from "../../test/cache-rig.ts";
import type { Fault } from "../../test/faulty-store.ts";
import { settled } from "../../test/manual-clock.ts";

const ID = "an-id-of-a-session";

const pauses = fc.oneof(
  fc.integer({ min: 0, max: TTL_MS / 5 }),
  fc.integer({ min: TTL_MS * 0.85, max: TTL_MS * 1.25 }),
);
const uses = fc.array(fc.record({ pauseMs: pauses, by: fc.nat(2), writes: fc.boolean() }), {
  maxLength: 40,
});

test("a session never ends before its TTL after its last use by anybody, and ends a tenth later at the latest", async () => {
  await fc.assert(
    fc.asyncProperty(uses, fc.boolean(), async (steps, hasBus) => {
      const rig = new CacheRig();
      const processes = [0, 1, 2].map(() => (hasBus ? rig.connected() : rig.process()));
      await processes[0]?.sessions.create(ID, "a");
      let isLive = true;
      for (const { pauseMs, by, writes } of steps) {
        await rig.clock.advance(pauseMs);
        const outcome = await use(processes[by] as Process, writes);
        if (!isLive || pauseMs > TTL_MS * 1.1) isLive = false;
        else if (pauseMs > TTL_MS) isLive = outcome === "found" || outcome === "updated";
        expect(["found", "updated"].includes(outcome)).toBe(isLive);
      }
    }),
    { numRuns: 300 },
  );
});

async function use({ sessions }: Process, writes: boolean): Promise<string> {
  const { outcome } = await (writes ? sessions.update(ID, (value) => value) : sessions.read(ID));
  return outcome;
}

/** A value is a set of names; adding one twice is adding it once. */
const add = (name: string) => (value: string) =>
  [...new Set([...value.split(" ").filter(Boolean), name])].join(" ");

const delays = fc.infiniteStream(fc.nat(3));

test("no change of processes that write at once is lost, in whatever order their calls reach the store", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(2), { maxLength: 30 }), delays, async (writers, turns) => {
      const rig = new CacheRig();
      const processes = [0, 1, 2].map(() => rig.process());
      await processes[0]?.sessions.create(ID, "");
      for (const { store } of processes) {
        store.before = () => wait(turns.next().value ?? 0);
        store.after = () => wait(turns.next().value ?? 0);
      }
      const written = writers.map((by, index) =>
        (processes[by] as Process).sessions.update(ID, add(`${index}`)),
      );
      for (const update of await Promise.all(written))
        expect(update).toMatchObject({ written: true });
      const stored = await rig.store.peek(ID);
      const names = stored.outcome === "found" ? stored.record.value.split(" ") : [];
      expect(new Set(names.filter(Boolean))).toEqual(
        new Set(writers.map((_, index) => `${index}`)),
      );
    }),
    { numRuns: 300 },
  );
});

async function wait(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
}

const IDS = ["1", "2", "3"];
const faults: readonly Fault[] = ["none", "away", "deaf", "full"];
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("add"), by: fc.nat(1), id: fc.constantFrom(...IDS) }),
  },
  fc.record({ kind: fc.constant("read"), by: fc.nat(1), id: fc.constantFrom(...IDS) }),
  fc.record({ kind: fc.constant("end"), by: fc.nat(1), id: fc.constantFrom(...IDS) }),
  fc.record({ kind: fc.constant("fault"), by: fc.nat(1), fault: fc.constantFrom(...faults) }),
  fc.record({ kind: fc.constant("pause"), pauseMs: fc.nat(TTL_MS / 20) }),
  fc.record({ kind: fc.constant("wipe"), by: fc.constant(0) }),
);
type Step = Partial<{ kind: string; by: number; id: string; fault: Fault; pauseMs: number }>;

test("whatever fails on the way, when all is well again every change is there once, and what was ended stays so", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const rig = new CacheRig();
      const processes = [rig.connected(), rig.connected()];
      const told = new Told();
      for (const id of IDS) await processes[0]?.sessions.create(id, "");
      for (const [index, each] of steps.entries()) await take(rig, processes, told, [each, index]);
      for (const { store } of processes) store.fault = "none";
      await rig.clock.advance(TTL_MS / 10);
      for (const process of processes) for (const id of IDS) await valueAt(process, id);
      await settled();
      expect(await broken(rig, processes, told)).toEqual([]);
    }),
    { numRuns: 400 },
  );
});

/** What the processes said that they did. */
class Told {
  readonly added = new Map<string, Set<string>>(IDS.map((id) => [id, new Set()]));
  readonly ended = new Set<string>();
}

async function take(
  rig: CacheRig,
  processes: readonly Process[],
  told: Told,
  [{ kind, by = 0, id = "1", fault = "none", pauseMs = 0 }, index]: readonly [Step, number],
): Promise<void> {
  const { sessions, store } = processes[by] as Process;
  if (kind === "fault") store.fault = fault;
  if (kind === "pause") await rig.clock.advance(pauseMs);
  if (kind === "read") await sessions.read(id);
  if (kind === "add") {
    const { outcome } = await sessions.update(id, add(`${index}`));
    if (outcome === "updated") told.added.get(id)?.add(`${index}`);
  }
  if (kind === "end" && (await sessions.end(id)).outcome === "ended") told.ended.add(id);
  if (kind === "wipe") await wipe(rig, told);
  await settled();
}

/** Loses what lives, but no tombstone. Who puts back first decides what was in it: only what comes later is certain. */
async function wipe(rig: CacheRig, told: Told): Promise<void> {
  await rig.clock.advance(100);
  for (const id of IDS) {
    const { outcome } = await rig.store.peek(id);
    if (outcome === "found") rig.store.forget(id);
    told.added.get(id)?.clear();
  }
}

/** What is not as the processes said, one sentence each. */
async function broken(rig: CacheRig, processes: readonly Process[], told: Told): Promise<string[]> {
  const problems: string[] = [];
  for (const id of IDS) {
    const values = [];
    for (const process of processes) values.push(await valueAt(process, id));
    if (new Set(values).size > 1) problems.push(`${id} is told apart: ${values.join(" | ")}`);
    const [value = ""] = values;
    const isEnded = value === "<ended>";
    if (told.ended.has(id) && !isEnded) problems.push(`${id} came back`);
    // An end whose answer was lost may have ended it.
    if (isEnded) continue;
    const names = value.split(" ").filter(Boolean);
    if (new Set(names).size < names.length) problems.push(`${id} has something twice: ${value}`);
    const lost = [...(told.added.get(id) ?? [])].filter((name) => !names.includes(name));
    if (lost.length > 0) problems.push(`${id} lost ${lost.join(" ")} and has ${value}`);
  }
  for (const { sessions } of processes) {
    const { backlog, held } = sessions.statistics;
    if (backlog + held > 0) problems.push(`${backlog} wait and ${held} are held`);
  }
  return problems;
}
