import { expect, test } from "vitest";
import { ManualClock, settled } from "../../test/manual-clock.ts";
import { unavailable } from "../unavailable.ts";
import { Following } from "./following.ts";
import { memoryEventLog } from "./memory.ts";

const STREAM = { sessionId: "session", streamId: "stream" };

function rig() {
  const clock = new ManualClock();
  const log = memoryEventLog({ now: clock.now });
  const state = { isAway: false, reads: 0 };
  const texts: string[] = [];
  const following = new Following({
    after: 0,
    follower: { event: ({ event }) => void texts.push(event) },
    async readAfter(sequence) {
      state.reads += 1;
      return state.isAway ? unavailable("store-away", 1000) : log.readAfter(STREAM, sequence);
    },
    retry: { minRetryMs: 100, maxRetryMs: 1000, random: () => 1, timer: clock.timer },
  });
  return { clock, log, state, texts, following };
}

test("a log that is away is read again later, and nothing is missed", async () => {
  const { clock, log, state, texts, following } = rig();
  await log.append(STREAM, "a");
  state.isAway = true;
  following.wake();
  await clock.advance(5000);
  await log.append(STREAM, "b");
  expect([texts, state.reads]).toEqual([[], 8]);
  state.isAway = false;
  await clock.advance(1000);
  expect(texts).toEqual(["a", "b"]);
  expect(clock.pending).toBe(0);
});

test("an event that is offered next is not read, and one that comes out of turn is", async () => {
  const { log, state, texts, following } = rig();
  const appended = await log.append(STREAM, "a");
  const latest = "sequence" in appended ? appended.sequence : 0;
  following.wake();
  await settled();
  following.offer({ sequence: latest + 1, event: "b" }, latest);
  await settled();
  expect([texts, state.reads]).toEqual([["a", "b"], 1]);
  following.offer({ sequence: latest + 9, event: "not next" }, latest + 8);
  await settled();
  expect([texts, state.reads]).toEqual([["a", "b"], 2]);
});

test("who is woken for what is known already does not read", async () => {
  const { log, state, following } = rig();
  await log.append(STREAM, "a");
  following.wake();
  await settled();
  following.wake(1);
  await settled();
  expect(state.reads).toBe(1);
});

test("a follower of a long stream gets all of it, page after page, without being woken again", async () => {
  const log = memoryEventLog();
  for (let index = 0; index < 250; index++) await log.append(STREAM, `${index}`);
  const texts: string[] = [];
  const stop = log.follow(STREAM, 0, { event: ({ event }) => void texts.push(event) });
  await settled();
  stop();
  expect(texts).toEqual(Array.from({ length: 250 }, (_, index) => `${index}`));
});

test("a loss is told once, however often a log that is empty is read", async () => {
  const log = memoryEventLog();
  await log.append(STREAM, "a");
  log.forget(STREAM.sessionId);
  let losses = 0;
  const following = new Following({
    after: 1,
    follower: { event: () => undefined, lost: () => void (losses += 1) },
    readAfter: (sequence) => log.readAfter(STREAM, sequence),
    retry: { minRetryMs: 1, maxRetryMs: 1, random: () => 1, timer: () => () => undefined },
  });
  for (let wake = 0; wake < 3; wake++) {
    following.wake();
    await settled();
  }
  expect(losses).toBe(1);
});

test("a follower that fails gets nothing more, and fails nobody else", async () => {
  const log = memoryEventLog();
  const texts: string[] = [];
  const fails = ({ event }: { readonly event: string }) => {
    texts.push(event);
    throw new Error("no");
  };
  log.follow(STREAM, 0, { event: fails });
  for (const event of ["a", "b"]) await log.append(STREAM, event);
  await settled();
  expect(texts).toEqual(["a"]);
});

test("who stopped while the log was read gets nothing", async () => {
  const { clock, log, texts, following } = rig();
  await log.append(STREAM, "a");
  following.wake();
  following.stop();
  await settled();
  following.wake();
  await clock.advance(5000);
  expect(texts).toEqual([]);
});
