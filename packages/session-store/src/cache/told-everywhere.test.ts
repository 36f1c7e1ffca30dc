import { expect, test } from "vitest";
import { memoryBusNetwork } from "../bus/memory.ts";
import type { SessionBus } from "../bus/session-bus.ts";
import { ToldEverywhere } from "./told-everywhere.ts";

interface Process {
  readonly told: ToldEverywhere;
  readonly bus: SessionBus;
  readonly ended: string[];
  /** Lets the time pass that a silent process is waited for. */
  pass(): void;
}

function processesOf(...names: string[]): Process[] {
  const network = memoryBusNetwork();
  return names.map((name) => {
    const bus = network.join(name);
    const ended: string[] = [];
    const timers = new Set<() => void>();
    const told = new ToldEverywhere(
      bus,
      (id) => ended.push(id),
      (_, then) => {
        timers.add(then);
        return () => void timers.delete(then);
      },
    );
    return { told, bus, ended, pass: () => timers.forEach((then) => then()) };
  });
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a process that ends a session goes on when all others have heard of it", async () => {
  const [a, b, c] = processesOf("a", "b", "c") as [Process, Process, Process];
  await settled();
  await a.told.tell("s");
  expect([a.ended, b.ended, c.ended]).toEqual([[], ["s"], ["s"]]);
});

test("a process that is alone waits for nobody", async () => {
  const [a] = processesOf("a") as [Process];
  await settled();
  await a.told.tell("s");
  expect(a.ended).toEqual([]);
});

test("one that does not answer is waited for once", async () => {
  const [a, b, c] = processesOf("a", "b", "c") as [Process, Process, Process];
  await settled();
  b.bus.close();
  const telling = a.told.tell("s");
  await settled();
  expect(c.ended).toEqual(["s"]);
  a.pass();
  await telling;
  await a.told.tell("t");
  expect(c.ended).toEqual(["s", "t"]);
});

test("one that did not say yet that it is there hears of it all the same", async () => {
  const [a, b] = processesOf("a", "b") as [Process, Process];
  await a.told.tell("s");
  await settled();
  expect(b.ended).toEqual(["s"]);
});

test("one that said goodbye is not waited for", async () => {
  const [a, b] = processesOf("a", "b") as [Process, Process];
  await settled();
  b.told.close();
  await settled();
  await a.told.tell("s");
  expect(b.ended).toEqual([]);
});
