import { expect, test } from "vitest";
import type { EventStreamLimits } from "./event-stream.ts";
import { FakeResponse } from "./response.fixture.ts";
import { SessionStreams } from "./session-streams.ts";

const budget = { used: 0, max: 1_000_000 };
const LIMITS: EventStreamLimits = {
  maxEvents: 100,
  maxBytes: 10_000,
  maxUnsentBytes: 10_000,
  budget,
};

function resumed(streams: SessionStreams, eventId: string): FakeResponse | undefined {
  const response = new FakeResponse();
  const known = streams.resume(eventId, response.asResponse, () => response.writeHead(200));
  return known ? response : undefined;
}

test("every POST has a stream of its own, and none is the one for messages of no request", () => {
  const streams = new SessionStreams(LIMITS, "s");
  const ids = [streams.create().id, streams.create().id, streams.standalone.id];
  expect(new Set(ids).size).toBe(3);
  expect(streams.standalone).toBe(streams.standalone);
});

test("an event id resumes its own stream and shows nothing of another", () => {
  const streams = new SessionStreams(LIMITS, "s");
  const [one, other] = [streams.create(), streams.create()];
  one.push("1a");
  other.push("2a");
  one.push("1b");
  streams.standalone.push("loose");
  expect(resumed(streams, `${one.id}_1`)?.texts).toEqual(["1b"]);
  expect(resumed(streams, `${other.id}_0`)?.texts).toEqual(["2a"]);
});

test("an id of no stream, or of no form of ours, resumes nothing and writes nothing", () => {
  const streams = new SessionStreams(LIMITS, "s");
  for (const id of ["99_1", "garbage", "0_1"]) expect(resumed(streams, id)).toBeUndefined();
});

test("a client that has all of a stream that is over gets 204, and one that has not gets the rest", () => {
  const streams = new SessionStreams(LIMITS, "s");
  const stream = streams.create();
  stream.push("answer");
  stream.end(0);
  const done = resumed(streams, `${stream.id}_1`);
  expect(done).toMatchObject({ status: 204, ended: true, written: "" });
  const late = resumed(streams, `${stream.id}_0`);
  expect(late).toMatchObject({ status: 200, ended: true, texts: ["answer"] });
});

test("a stream is kept for its time after it ended, and an open one for as long as it is open", () => {
  const streams = new SessionStreams(LIMITS, "s");
  const [ended, open] = [streams.create(), streams.create()];
  ended.push("x");
  ended.end(1_000);
  streams.sweep(1_000);
  expect(resumed(streams, `${ended.id}_0`)).toBeDefined();
  streams.sweep(1_001);
  expect(resumed(streams, `${ended.id}_0`)).toBeUndefined();
  expect(resumed(streams, `${open.id}_0`)).toBeDefined();
});

test("of many streams that are over the oldest are forgotten, and open ones stay", () => {
  const streams = new SessionStreams(LIMITS, "s");
  const open = streams.create();
  const ids = Array.from({ length: 200 }, () => {
    const stream = streams.create();
    stream.push("x");
    stream.end(0);
    return stream.id;
  });
  expect(resumed(streams, `${ids[0]}_0`)).toBeUndefined();
  expect(resumed(streams, `${ids.at(-1)}_0`)).toBeDefined();
  expect(resumed(streams, `${open.id}_0`)).toBeDefined();
});

test("a session listens while its standing stream has a connection", () => {
  const streams = new SessionStreams(LIMITS, "s");
  expect(streams.listening).toBe(false);
  const response = new FakeResponse();
  streams.standalone.attach(response.asResponse);
  expect(streams).toMatchObject({ listening: true, attachedCount: 1 });
  response.vanish();
  expect(streams).toMatchObject({ listening: false, attachedCount: 0 });
});

test("an answer is abandoned while its stream is open and nobody is there", () => {
  const streams = new SessionStreams(LIMITS, "s");
  streams.standalone.push("x");
  expect(streams.abandoned).toBe(false);
  const stream = streams.create();
  expect(streams.abandoned).toBe(true);
  stream.attach(new FakeResponse().asResponse);
  expect(streams.abandoned).toBe(false);
  stream.hangUp(10);
  expect(streams.abandoned).toBe(true);
  stream.end(0);
  expect(streams.abandoned).toBe(false);
});

test("closing ends all connections and gives back all that was kept", () => {
  const streams = new SessionStreams(LIMITS, "s");
  const before = budget.used;
  const response = new FakeResponse();
  streams.standalone.attach(response.asResponse);
  streams.standalone.push("x");
  streams.create().push("y");
  expect(budget.used).toBeGreaterThan(before);
  streams.close(0);
  expect(response.ended).toBe(true);
  expect(budget.used).toBe(before);
  expect(streams.keptEvents).toBe(0);
});
