import {
  array,
  assert,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  property,
  record,
} from "fast-check";
import { expect, test } from "vitest";
import { readEventId } from "./event-frame.ts";
import { EventStream, type EventBudget, type EventStreamLimits } from "./event-stream.ts";
import { FakeResponse } from "./response.fixture.ts";

function limits(more: Partial<EventStreamLimits> = {}): EventStreamLimits {
  return {
    maxEvents: 100,
    maxBytes: 100_000,
    maxUnsentBytes: 1_000,
    budget: { used: 0, max: 1_000_000 },
    ...more,
  };
}

function streamOf(more: Partial<EventStreamLimits> = {}): EventStream {
  return new EventStream("7", limits(more));
}

function attached(stream: EventStream, afterSeq?: number): FakeResponse {
  const response = new FakeResponse();
  stream.attach(response.asResponse, afterSeq);
  return response;
}

test("events carry the id of their stream and count from one", () => {
  const stream = streamOf();
  const response = attached(stream);
  stream.push('{"a":1}');
  stream.push('{"a":2}');
  expect(response.events).toEqual([
    { id: "7_1", data: '{"a":1}' },
    { id: "7_2", data: '{"a":2}' },
  ]);
});

test("a client that resumes after an event gets exactly what came after it", () => {
  const stream = streamOf();
  attached(stream);
  for (let n = 1; n <= 5; n++) stream.push(`${n}`);
  expect(attached(stream, 3).texts).toEqual(["4", "5"]);
  expect(attached(stream, 0).texts).toEqual(["1", "2", "3", "4", "5"]);
  expect(attached(stream, 5).texts).toEqual([]);
});

test("a client without an event id gets what no connection got", () => {
  const stream = streamOf();
  stream.push("early");
  const first = attached(stream);
  stream.push("seen");
  first.vanish();
  stream.push("missed");
  expect(first.texts).toEqual(["early", "seen"]);
  expect(attached(stream).texts).toEqual(["missed"]);
});

test("of two connections the newer one gets the events, and the older one ends", () => {
  const stream = streamOf();
  const older = attached(stream);
  const newer = attached(stream);
  stream.push("x");
  expect(older.ended).toBe(true);
  expect(older.texts).toEqual([]);
  expect(newer.texts).toEqual(["x"]);
  older.vanish();
  expect(stream.attached).toBe(true);
});

test("a connection that is gone already is not taken for one that listens", () => {
  const stream = streamOf();
  const response = new FakeResponse();
  response.vanish();
  stream.attach(response.asResponse);
  expect(stream.attached).toBe(false);
  stream.push("kept");
  expect(attached(stream).texts).toEqual(["kept"]);
});

test("a text of several lines reads as the same JSON, whatever its line breaks", () => {
  const stream = streamOf();
  const response = attached(stream);
  stream.push('{\r\n"a":\n1,\r"b": 2}');
  expect(response.texts).toEqual(['{\n"a":\n1,\n"b": 2}']);
});

test("a priming event has an id and no data, and can be resumed after", () => {
  const stream = streamOf();
  const response = attached(stream);
  stream.prime();
  expect(response.written).toBe("id: 7_1\ndata: \n\n");
  stream.push("x");
  expect(attached(stream, 1).texts).toEqual(["x"]);
});

test("a hang-up tells when to come back, and the stream goes on", () => {
  const stream = streamOf();
  const response = attached(stream);
  stream.hangUp(1_234);
  expect(response.written).toBe("retry: 1234\n\n");
  expect(response.ended).toBe(true);
  stream.push("x");
  expect(stream.state).toBe("open");
  expect(attached(stream).texts).toEqual(["x"]);
});

test("an ended stream gives what is left and ends the connection; it takes nothing more", () => {
  const stream = streamOf();
  stream.push("answer");
  stream.end(5);
  expect(stream.endedAtMs).toBe(5);
  stream.push("late");
  stream.prime();
  const response = attached(stream, 0);
  expect(response.texts).toEqual(["answer"]);
  expect(response.ended).toBe(true);
  expect(stream.keptEvents).toBe(1);
});

test("only the newest events are kept, by number and by size", () => {
  const few = streamOf({ maxEvents: 3 });
  const small = streamOf({ maxBytes: 120 });
  for (let n = 1; n <= 9; n++) {
    few.push(`${n}`);
    small.push(`"${"x".repeat(20)}${n}"`);
  }
  expect(attached(few, 0).texts).toEqual(["7", "8", "9"]);
  expect(small.bytes).toBeLessThanOrEqual(120);
  expect(attached(small, 0).texts.at(-1)).toContain("x9");
});

test("an event larger than the limit is kept alone, so that an answer can be had again", () => {
  const stream = streamOf({ maxBytes: 50 });
  stream.push("before");
  stream.push("x".repeat(200));
  expect(attached(stream, 0).texts).toEqual(["x".repeat(200)]);
});

test("when the budget of all streams is used up, each keeps its newest event alone", () => {
  const budget: EventBudget = { used: 0, max: 200 };
  const [one, other] = [streamOf({ budget }), streamOf({ budget })];
  for (let n = 0; n < 20; n++) one.push("x".repeat(10));
  expect(budget.used).toBeLessThanOrEqual(200);
  one.push("x".repeat(300));
  other.push("first");
  other.push("second");
  expect(other.keptEvents).toBe(1);
  one.forget();
  other.forget();
  expect(budget.used).toBe(0);
});

test("a message that says nothing new is sent once until the client hears of it", () => {
  const stream = streamOf();
  stream.pushOnce("changed");
  stream.pushOnce("changed");
  stream.pushOnce("other");
  const response = attached(stream);
  stream.pushOnce("changed");
  expect(response.texts).toEqual(["changed", "other", "changed"]);
});

test("a client that does not read is cut off before more is written, and may resume", () => {
  const stream = streamOf({ maxUnsentBytes: 100 });
  const slow = attached(stream);
  stream.push("one");
  slow.writableLength = 101;
  stream.push("two");
  expect(slow.destroyed).toBe(true);
  expect(slow.texts).toEqual(["one"]);
  stream.push("three");
  expect(attached(stream, 1).texts).toEqual(["two", "three"]);
});

test("one long event does not cut off a client that reads", () => {
  const stream = streamOf({ maxUnsentBytes: 100 });
  const response = attached(stream);
  stream.push("x".repeat(5_000));
  expect(response.destroyed).toBe(false);
});

test("a keep-alive is no event", () => {
  const stream = streamOf();
  const response = attached(stream);
  stream.keepAlive();
  expect(response.written).toBe(": keep-alive\n\n");
  expect(response.events).toEqual([]);
  response.vanish();
  expect(() => stream.keepAlive()).not.toThrow();
});

test.each(["", "7", "7_", "_1", "7_x", "a b_1", `${"x".repeat(65)}_1`, "7_12345678901234567"])(
  "%j is no event id of ours",
  (text) => {
    expect(readEventId(text)).toBeUndefined();
  },
);

test("an event id names its stream and its place", () => {
  expect(readEventId("12_34")).toEqual({ streamId: "12", seq: 34 });
  expect(readEventId("a_b-1_1763737000123456")).toEqual({
    streamId: "a_b-1",
    seq: 1763737000123456,
  });
});

type Step = "push" | "vanish" | "hang-up" | "keep-alive" | { readonly resumeWithout: number };

const steps = array(
  oneof(
    { weight: 4, arbitrary: constant<Step>("push") },
    { weight: 2, arbitrary: constantFrom<Step>("vanish", "hang-up", "keep-alive") },
    // So many of the newest events were on the wire and never read.
    { weight: 2, arbitrary: record({ resumeWithout: nat(3) }) },
  ),
  { maxLength: 80 },
);

test("however pushes, losses and resumptions interleave, the client sees every kept event exactly once and in order", () => {
  assert(
    property(steps, integer({ min: 1, max: 12 }), (story, keep) => {
      const stream = streamOf({ maxEvents: keep });
      const seen: number[] = [];
      let pushed = 0;
      let response = attached(stream);
      const resume = (unread: number): void => {
        const { texts } = response;
        seen.push(...texts.slice(0, Math.max(0, texts.length - unread)).map(Number));
        response = attached(stream, seen.at(-1) ?? 0);
      };
      for (const step of story) {
        if (step === "push") stream.push(`${++pushed}`);
        else if (step === "keep-alive") stream.keepAlive();
        else if (step === "vanish") response.vanish();
        else if (step === "hang-up") stream.hangUp(10);
        else resume(step.resumeWithout);
      }
      const before = seen.length;
      resume(0);
      resume(0);
      expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
      expect(seen.length).toBeGreaterThanOrEqual(before);
      for (let n = Math.max(1, pushed - keep + 1); n <= pushed; n++) expect(seen).toContain(n);
      expect(seen.length).toBeGreaterThanOrEqual(Math.min(pushed, keep));
    }),
    { numRuns: 2_000 },
  );
});

test("of two standing connections the newer gets the messages, and the older gets them again when it is gone", () => {
  const stream = streamOf();
  const [older, newer] = [new FakeResponse(), new FakeResponse()];
  stream.join(older.asResponse);
  stream.push("1");
  stream.join(newer.asResponse);
  stream.push("2");
  expect([older.texts, newer.texts]).toEqual([["1"], ["2"]]);
  newer.vanish();
  stream.push("3");
  expect([older.texts, newer.texts]).toEqual([["1", "3"], ["2"]]);
});

test("what a newer connection was cut off before it could get goes to the older one", async () => {
  const stream = streamOf({ maxUnsentBytes: 100 });
  const [older, newer] = [new FakeResponse(), new FakeResponse()];
  stream.join(older.asResponse);
  stream.join(newer.asResponse);
  newer.writableLength = 101;
  stream.push("1");
  await expect.poll(() => older.texts).toEqual(["1"]);
  expect(newer.texts).toEqual([]);
});

test("a connection that is gone when it joins is as if it had not come", () => {
  const stream = streamOf();
  const [older, gone] = [new FakeResponse(), new FakeResponse()];
  stream.join(older.asResponse);
  gone.vanish();
  stream.join(gone.asResponse);
  stream.keepAlive();
  expect(older.written).toBe(": keep-alive\n\n");
});
