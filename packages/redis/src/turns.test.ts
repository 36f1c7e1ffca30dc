import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function rig() {
  const clock = { nowMs: 0 };
  const counts = { sent: 0, turns: 0 };
  const turns = new Turns(() => clock.nowMs, {
    commandSent: () => void (counts.sent += 1),
    roundTripBegun: () => void (counts.turns += 1),
  });
  return { clock, counts, turns };
}

test("calls made in one go, and by those who were waiting for the same thing, are one turn", async () => {
  const { counts, turns } = rig();
  const gate = Promise.resolve();
  const caller = async () => {
    await gate;
    turns.sent({ dueMs: 30 });
  };
  await Promise.all([caller(), caller(), caller()]);
  await nextTurn();
  turns.sent({ dueMs: 30 });
  expect(counts).toEqual({ sent: 4, turns: 2 });
});

test("time in which a call could not leave is given back", async () => {
  const { clock, turns } = rig();
  const [early, late, other] = [{ dueMs: 30 }, { dueMs: 30 }, { dueMs: 130 }];
  turns.sent(early);
  turns.sent(late);
  clock.nowMs = 60;
  await nextTurn();
  turns.sent(other);
  await nextTurn();
  expect([early.dueMs, late.dueMs, other.dueMs]).toEqual([90, 90, 130]);
});
