import { setImmediate } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { inTurns, Round } from "./round.ts";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function busy(ms: number): undefined {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

test("a few values are done when it returns", () => {
  const done: number[] = [];
  new Round().begin(numbers(10), (value) => void done.push(value));
  expect(done).toEqual(numbers(10));
});

test("of much work a little is done in each turn of the event loop, and in the end all of it", async () => {
  const done: number[] = [];
  new Round().begin(numbers(100), (value) => {
    done.push(value);
    return busy(1);
  });
  expect(done.length).toBeLessThan(50);
  let turns = 0;
  for (; done.length < 100; turns++) await setImmediate();
  expect(turns).toBeGreaterThan(2);
  expect(done).toEqual(numbers(100));
});

test("a round that is not over goes on, and no other begins beside it", async () => {
  const round = new Round();
  const done: string[] = [];
  const begin = (name: string, count: number): void =>
    round.begin(numbers(count), () => {
      done.push(name);
      return busy(1);
    });
  begin("first", 60);
  begin("second", 1);
  await vi.waitFor(() => expect(done).toHaveLength(60));
  await setImmediate();
  begin("third", 1);
  expect(new Set(done)).toEqual(new Set(["first", "third"]));
});

test("of what it begins on the way, forty go on at once", async () => {
  const ends: (() => void)[] = [];
  new Round().begin(numbers(100), () => new Promise<void>((resolve) => void ends.push(resolve)));
  await vi.waitFor(() => expect(ends).toHaveLength(40));
  for (const end of ends.splice(0)) end();
  await vi.waitFor(() => expect(ends).toHaveLength(40));
  for (const end of ends.splice(0)) end();
  await vi.waitFor(() => expect(ends).toHaveLength(20));
});

test("what is done in turns leaves the event loop to others in between, and is over in the end", async () => {
  const done: number[] = [];
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  await inTurns(numbers(100), (value) => {
    done.push(value);
    return busy(1);
  });
  clearInterval(counting);
  expect(done).toEqual(numbers(100));
  expect(turns).toBeGreaterThan(2);
});

test("what begins while others are ended in turns is ended too", async () => {
  const open = new Set(numbers(50));
  setTimeout(() => open.add(50), 5);
  await inTurns(open, (value) => {
    open.delete(value);
    return busy(1);
  });
  expect(open.size).toBe(0);
});

test("what does not come to an end holds up the rest for a second at most", async () => {
  let begun = 0;
  new Round().begin(numbers(150), () => {
    begun++;
    return new Promise(() => undefined);
  });
  await vi.waitFor(() => expect(begun).toBe(150), 5_000);
});
