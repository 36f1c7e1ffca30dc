import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Deadlines, type LoopClock } from "./deadlines.ts";

interface Item {
  isSettled: boolean;
  readonly dueMs: number;
  readonly name: string;
}

/** A clock moved by hand; timers run first, immediates when told, as an event loop does. */
class HandClock implements LoopClock {
  nowMs = 1000.25;
  timers: { atMs: number; run: () => void }[] = [];
  immediates: (() => void)[] = [];
  armed = 0;

  now(): number {
    return this.nowMs;
  }

  setTimeout(run: () => void, delayMs: number): () => void {
    this.armed += 1;
    const timer = { atMs: this.nowMs + delayMs, run };
    this.timers.push(timer);
    return () => (this.timers = this.timers.filter((other) => other !== timer));
  }

  setImmediate(run: () => void): void {
    this.immediates.push(run);
  }

  /** Moves on in one step, as after the event loop was held up; answers when immediates have run too. */
  advance(durationMs: number, meanwhile: () => void = () => undefined): void {
    this.nowMs += durationMs;
    const due = this.timers.filter(({ atMs }) => atMs <= this.nowMs);
    this.timers = this.timers.filter(({ atMs }) => atMs > this.nowMs);
    for (const { run } of due) run();
    meanwhile();
    for (const run of this.immediates.splice(0)) run();
  }
}

function rig() {
  const clock = new HandClock();
  const late: { name: string; atMs: number }[] = [];
  const deadlines = new Deadlines<Item>(clock, (item) => {
    item.isSettled = true;
    late.push({ name: item.name, atMs: clock.nowMs });
  });
  const add = (name: string, inMs: number) => {
    const item = { name, isSettled: false, dueMs: clock.nowMs + inMs };
    deadlines.add(item);
    return item;
  };
  return { clock, late, add };
}

test("what is not settled is late at its deadline, and once", () => {
  const { clock, late, add } = rig();
  add("call", 30);
  for (let ms = 0; ms < 100; ms++) clock.advance(1);
  expect(late).toHaveLength(1);
  expect(late[0]?.atMs).toBeCloseTo(1030.25, 0);
});

test("what is settled in time is never late", () => {
  const { clock, late, add } = rig();
  add("call", 30).isSettled = true;
  clock.advance(100);
  expect(late).toEqual([]);
});

test("what is settled by replies that are read after the timer, in the same turn, is not late", () => {
  const { clock, late, add } = rig();
  const answered = add("answered during the stall", 30);
  add("unanswered", 30);
  clock.advance(60, () => (answered.isSettled = true));
  expect(late.map(({ name }) => name)).toEqual(["unanswered"]);
});

test("a shorter deadline is not held up by a longer one that came first", () => {
  const { clock, late, add } = rig();
  add("long", 5000);
  add("short", 10);
  for (let ms = 0; ms < 12; ms++) clock.advance(1);
  expect(late.map(({ name }) => name)).toEqual(["short"]);
  for (let ms = 0; ms < 5000; ms++) clock.advance(1);
  expect(late.map(({ name }) => name)).toEqual(["short", "long"]);
});

test("there is one timer at most, and none once everything is settled", () => {
  const { clock, add } = rig();
  for (let call = 0; call < 1000; call++) {
    add("call", 30 + (call % 7)).isSettled = true;
    expect(clock.timers).toHaveLength(1);
  }
  for (let ms = 0; ms < 100; ms++) clock.advance(1);
  expect(clock.armed).toBe(1);
  expect(clock.timers).toEqual([]);
});

test("a busy connection looks at its deadlines once in the time of one deadline", () => {
  const { clock, add } = rig();
  let last: Item | undefined;
  for (let ms = 0; ms < 300; ms++) {
    for (let call = 0; call < 50; call++) {
      if (last !== undefined) last.isSettled = true;
      last = add("call", 30);
    }
    clock.advance(1);
  }
  expect(clock.armed).toBeLessThanOrEqual(11);
});

test("however calls come, settle and the clock jumps, each unsettled one is late within 2 ms of the next turn", () => {
  const step = fc.record({
    addMs: fc.option(fc.double({ min: 0, max: 2000, noNaN: true })),
    advanceMs: fc.oneof(fc.constant(1), fc.double({ min: 0.1, max: 700, noNaN: true })),
    settles: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { clock, late, add } = rig();
      const due = new Map<string, number>();
      for (const [index, { addMs, advanceMs, settles }] of steps.entries()) {
        if (addMs !== null) {
          const item = add(String(index), addMs);
          if (settles) item.isSettled = true;
          else due.set(item.name, clock.nowMs + addMs);
        }
        clock.advance(advanceMs);
        // Timers that were armed for a moment that has passed meanwhile.
        clock.advance(1);
        clock.advance(1);
        const told = new Set(late.map(({ name }) => name));
        const wrong = [...due].filter(([name, dueMs]) =>
          told.has(name) ? dueMs - 1 > clock.nowMs : dueMs < clock.nowMs - 2,
        );
        expect(wrong).toEqual([]);
        expect(told.size).toBe(late.length);
      }
    }),
    { numRuns: 300 },
  );
});
