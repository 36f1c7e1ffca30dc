import { expect, test } from "vitest";
import { CallsInFlight } from "./calls-in-flight.ts";

test("nothing under way is idle at once", async () => {
  await expect(new CallsInFlight().whenIdle()).resolves.toBeUndefined();
});

test("everybody who waits hears of the end of the last call, and not of earlier ends", async () => {
  const calls = new CallsInFlight();
  const heard: string[] = [];
  calls.begin();
  calls.begin();
  const waiting = ["one", "two"].map((name) => calls.whenIdle().then(() => heard.push(name)));
  calls.end();
  await Promise.resolve();
  expect([calls.count, heard]).toEqual([1, []]);
  calls.end();
  await Promise.all(waiting);
  expect([calls.count, heard]).toEqual([0, ["one", "two"]]);
});

test("it can be waited for again", async () => {
  const calls = new CallsInFlight();
  for (let round = 0; round < 2; round++) {
    calls.begin();
    const idle = calls.whenIdle();
    calls.end();
    await expect(idle).resolves.toBeUndefined();
  }
});
