import * as fc from "fast-check";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { EventStreamLimits } from "./event-stream.ts";
import { LoggedStreams } from "./logged-streams.ts";
import { FakeResponse } from "./response.fixture.ts";
import { EventsForAll } from "./session-events.fixture.ts";

const LIMITS: EventStreamLimits = {
  maxEvents: 100,
  maxBytes: 100_000,
  maxUnsentBytes: 100_000,
  budget: { used: 0, max: 1_000_000 },
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A process that serves the session. */
function processAt(events: EventsForAll, tag: string) {
  const clock = { ms: 0 };
  const lists = { now: "1" };
  const turns: boolean[] = [];
  const streams: LoggedStreams = new LoggedStreams({
    events: events.at(tag),
    limits: LIMITS,
    prefix: "s",
    primes: false,
    session: {
      mark: () => lists.now,
      since: (mark) => (mark === lists.now ? [] : ["changed"]),
      listeningChanged: () => turns.push(streams.listening),
    },
    now: () => clock.ms,
  });
  onTestFinished(() => streams.close(0));
  const resume = async (eventId: string): Promise<FakeResponse | undefined> => {
    const response = new FakeResponse();
    const known = await streams.resume(eventId, response.asResponse, () => response.writeHead(200));
    await settled();
    return known ? response : undefined;
  };
  const listen = async (): Promise<FakeResponse> => {
    const response = new FakeResponse();
    streams.standalone.join(response.asResponse);
    await settled();
    return response;
  };
  const call = (
    requestId = "1",
  ): { stream: ReturnType<LoggedStreams["create"]>; got: FakeResponse } => {
    const got = new FakeResponse();
    const stream = streams.create(requestId);
    stream.attach(got.asResponse);
    return { stream, got };
  };
  return { clock, lists, streams, turns, resume, listen, call };
}

/** Whatever waits for nothing but its turn is done. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function lastId(response: FakeResponse): string {
  return response.events.at(-1)?.id ?? "";
}

test("an event is written once it is kept, with the number under which it is", async () => {
  const events = new EventsForAll();
  const a = processAt(events, "a");
  const { stream, got } = a.call();
  stream.push("one");
  expect(got.written).toBe("");
  await settled();
  expect(got.texts).toEqual(["one"]);
  expect(lastId(got)).toMatch(/^a-1_\d{10,}$/);
});

test("the answer and the end are one entry, and a stream that ended takes no more", async () => {
  const events = new EventsForAll();
  const a = processAt(events, "a");
  const { stream, got } = a.call();
  stream.push("progress");
  stream.push("answer");
  stream.end(0);
  stream.push("late");
  await settled();
  expect(got).toMatchObject({ texts: ["progress", "answer"], ended: true });
  expect(events.kept).toEqual(["a-1 m1\nprogress", "a-1 l1\nanswer"]);
});

test("another process goes on with a stream where the client left it, and ends it with the call", async () => {
  const events = new EventsForAll();
  const [a, b] = [processAt(events, "a"), processAt(events, "b")];
  const { stream, got } = a.call();
  events.running.add("a a-1");
  stream.push("one");
  stream.push("two");
  await settled();
  const first = got.events[0]?.id ?? "";
  got.vanish();
  const again = await b.resume(first);
  expect(again?.texts).toEqual(["two"]);
  expect(b.streams.attachedCount).toBe(1);
  stream.push("three");
  stream.end(0);
  await settled();
  expect(again).toMatchObject({ status: 200, texts: ["two", "three"], ended: true });
  expect(b.streams.attachedCount).toBe(0);
  expect(await b.resume(lastId(again!))).toMatchObject({ status: 204 });
});

test("a call that another process has the client of is not abandoned", async () => {
  const a = processAt(new EventsForAll(), "a");
  const { got } = a.call();
  expect(a.streams.abandoned).toBe(false);
  got.vanish();
  expect(a.streams.abandoned).toBe(true);
  expect(a.streams.runs("a-1")).toBe(true);
  expect(a.streams.runs("a-2")).toBe(false);
  expect(a.streams.abandoned).toBe(false);
  a.clock.ms += 30_001;
  expect(a.streams.abandoned).toBe(true);
});

test("when nobody has a call any more, the client hears so where it waits", async () => {
  const events = new EventsForAll();
  const [a, b] = [processAt(events, "a"), processAt(events, "b")];
  const { stream, got } = a.call('"call"');
  stream.push("one");
  await settled();
  const waiting = await b.resume(lastId(got));
  await vi.advanceTimersByTimeAsync(10);
  await settled();
  expect(waiting).toMatchObject({ ended: true });
  expect(JSON.parse(waiting?.texts[0] ?? "")).toMatchObject({ id: "call", error: {} });
});

test("no event that is not of this session resumes anything, and without the log nobody can say", async () => {
  const events = new EventsForAll();
  const b = processAt(events, "b");
  expect(await b.resume("a-1_7")).toBeUndefined();
  expect(await b.resume("nonsense")).toBeUndefined();
  expect(await b.resume("a-1_0")).toBeUndefined();
  events.away = "before";
  await expect(b.resume("a-1_7")).rejects.toMatchObject({ code: "sessions-unavailable" });
});

test("without the log a stream goes on here, where it can be resumed", async () => {
  const events = new EventsForAll();
  const a = processAt(events, "a");
  const { stream, got } = a.call();
  stream.push("one");
  await settled();
  events.away = "after";
  stream.push("two");
  await settled();
  events.away = undefined;
  stream.push("three");
  await settled();
  expect(got.texts).toEqual(["one", "two", "three"]);
  expect(events.dropped).toBe(2);
  expect((await a.resume(got.events[0]?.id ?? ""))?.texts).toEqual(["two", "three"]);
  expect((await a.resume(got.events[1]?.id ?? ""))?.texts).toEqual(["three"]);
  expect(a.streams.runs("a-1")).toBe(false);
});

test("an answer that is too large to be kept is written, and who comes back elsewhere hears that it is lost", async () => {
  const events = new EventsForAll();
  const [a, b] = [processAt(events, "a"), processAt(events, "b")];
  const { stream, got } = a.call();
  stream.push("one");
  await settled();
  events.maxChars = 300;
  stream.push("x".repeat(400));
  stream.end(0);
  await settled();
  expect(got.texts.at(-1)).toHaveLength(400);
  const elsewhere = await b.resume(got.events[0]?.id ?? "");
  expect(JSON.parse(elsewhere?.texts[0] ?? "")).toMatchObject({ id: 1, error: {} });
});

test("a stream is asked to come back only after what it was still to say", async () => {
  const a = processAt(new EventsForAll(), "a");
  const { stream, got } = a.call();
  stream.push("one");
  a.streams.hangUp(500);
  await settled();
  expect(got.written).toMatch(/data: one\n\nretry: 500\n\n$/);
  expect(got.ended).toBe(true);
});

test("a client that has read the end elsewhere finds it here too", async () => {
  const a = processAt(new EventsForAll(), "a");
  const { stream, got } = a.call();
  stream.push("one");
  await settled();
  stream.end(0);
  const again = new FakeResponse();
  await a.streams.resume(lastId(got), again.asResponse, () => again.writeHead(200));
  expect(again.status).toBe(204);
});

test("closing waits until what was said is kept", async () => {
  const events = new EventsForAll();
  const a = processAt(events, "a");
  const { stream } = a.call();
  stream.push("one");
  await a.streams.close(0);
  expect(events.kept).toEqual(["a-1 l1\none"]);
});

test("a message that any process has for the client comes by the one that it listens to, once and in order", async () => {
  const events = new EventsForAll();
  const [a, b] = [processAt(events, "a"), processAt(events, "b")];
  const got = await b.listen();
  expect(b.turns).toEqual([true]);
  a.streams.standalone.push("from a");
  await settled();
  b.streams.standalone.push("from b");
  await settled();
  expect(got.texts).toEqual(["from a", "from b"]);
  expect(a.streams.listening).toBe(false);
});

test("the newest stream gets the messages, wherever it stands, and the one before it when it is gone", async () => {
  const events = new EventsForAll();
  const [a, b] = [processAt(events, "a"), processAt(events, "b")];
  const one = await a.listen();
  a.streams.standalone.push("1");
  await settled();
  const other = await b.listen();
  a.streams.standalone.push("2");
  await settled();
  expect([a.streams.listening, b.streams.listening]).toEqual([false, true]);
  other.vanish();
  a.streams.standalone.push("3");
  await settled();
  expect([one.texts, other.texts]).toEqual([["1", "3"], ["2"]]);
  expect(a.turns).toEqual([true, false, true]);
});

test("a process that is gone without a word is followed by one that the client still listens to", async () => {
  const events = new EventsForAll();
  const [a, b] = [processAt(events, "a"), processAt(events, "b")];
  const one = await a.listen();
  await b.listen();
  events.running.add("b s-0");
  for (const _ of [1, 2, 3]) {
    a.streams.sweep(0);
    await settled();
  }
  expect(a.streams.listening).toBe(false);
  events.running.clear();
  a.streams.sweep(0);
  await settled();
  expect(a.streams.listening).toBe(false);
  a.streams.sweep(0);
  await settled();
  expect(a.streams.listening).toBe(true);
  a.streams.standalone.push("news");
  await settled();
  expect(one.texts).toEqual(["news"]);
});

test("what is said while nobody listens comes with the next stream, wherever that is, and once", async () => {
  const events = new EventsForAll();
  const [a, b] = [processAt(events, "a"), processAt(events, "b")];
  a.streams.standalone.push("early");
  await settled();
  const one = await b.listen();
  b.streams.standalone.push("heard");
  await settled();
  one.vanish();
  await settled();
  a.streams.standalone.push("between");
  await settled();
  const two = await a.listen();
  expect([one.texts, two.texts]).toEqual([["early", "heard"], ["between"]]);
});

test("a standing stream goes on elsewhere after the event that the client saw last", async () => {
  const events = new EventsForAll();
  const [a, b] = [processAt(events, "a"), processAt(events, "b")];
  const one = await a.listen();
  for (const text of ["1", "2", "3"]) a.streams.standalone.push(text);
  await settled();
  const after = one.events[0]?.id ?? "";
  // The connection is dead, which its process has not noticed.
  const again = await b.resume(after);
  a.streams.standalone.push("4");
  await settled();
  expect(again?.texts).toEqual(["2", "3", "4"]);
  expect(one.texts).toEqual(["1", "2", "3"]);
});

test("an announcement is made by who has the client's stream, and made good where nobody had", async () => {
  const events = new EventsForAll();
  const [a, b] = [processAt(events, "a"), processAt(events, "b")];
  const got = await b.listen();
  for (const each of [a, b]) each.streams.standalone.pushOnce("changed");
  await settled();
  expect(got.texts).toEqual(["changed"]);
  got.vanish();
  await settled();
  a.lists.now = "2";
  a.streams.standalone.pushOnce("changed");
  const again = await a.listen();
  await settled();
  expect(again.texts).toEqual(["changed"]);
  again.vanish();
  await settled();
  expect((await a.listen()).texts).toEqual([]);
});

test("without the log what belongs to no call is said to who listens here, and is not said again", async () => {
  const events = new EventsForAll();
  const [a, b] = [processAt(events, "a"), processAt(events, "b")];
  const got = await b.listen();
  events.away = "after";
  b.streams.standalone.push("here");
  a.streams.standalone.push("there");
  await settled();
  expect(got.texts).toContain("here");
  events.away = undefined;
  await vi.advanceTimersByTimeAsync(1_000);
  await settled();
  b.streams.standalone.push("after");
  await settled();
  expect(got.texts.toSorted()).toEqual(["after", "here", "there"]);
});

test("a client that begins to listen without the log hears what is said here", async () => {
  const events = new EventsForAll();
  const a = processAt(events, "a");
  events.away = "before";
  const got = await a.listen();
  expect(a.streams.listening).toBe(true);
  a.streams.standalone.push("alone");
  await settled();
  expect(got.texts).toEqual(["alone"]);
  events.away = undefined;
  await vi.advanceTimersByTimeAsync(1_000);
  await settled();
  a.streams.standalone.push("again");
  await settled();
  expect(got.texts).toEqual(["alone", "again"]);
});

test("who listens for long is known to listen still, however much was said", async () => {
  const events = new EventsForAll();
  const [a, b] = [processAt(events, "a"), processAt(events, "b")];
  const got = await a.listen();
  for (let n = 0; n < 400; n++) {
    b.streams.standalone.push(`${n}`);
    if (n % 32 === 0) await settled();
  }
  await settled();
  expect(got.texts).toHaveLength(400);
  // The claim itself is long beyond what is kept.
  expect((await b.listen()).texts).toEqual([]);
});

test("the events of a session that ended are gone, and no more are kept", async () => {
  const events = new EventsForAll();
  const [a, b] = [processAt(events, "a"), processAt(events, "b")];
  const { stream, got } = a.call();
  stream.push("one");
  await settled();
  await events.delete();
  stream.push("two");
  await settled();
  expect(got.texts).toEqual(["one", "two"]);
  expect(await b.resume(got.events[0]?.id ?? "")).toBeUndefined();
});

function isInOrder(texts: readonly string[]): boolean {
  const numbers = texts.map((text) => Number(text.split(" ")[1]));
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));
}

/** What happens, at which process, and whether it is done before the next. */
type Turn = readonly ["listen" | "leave" | "say", 0 | 1 | 2, boolean];

const turns = fc.array(
  fc.tuple(fc.constantFrom("listen", "leave", "say"), fc.constantFrom(0, 1, 2), fc.boolean()),
  { maxLength: 25 },
) as fc.Arbitrary<Turn[]>;

test("however a client's streams come and go at three processes, each message comes to one of them, once, and in order unless one breaks", async () => {
  await fc.assert(
    fc.asyncProperty(turns, async (all) => {
      const events = new EventsForAll();
      const processes = ["a", "b", "c"].map((tag) => processAt(events, tag));
      const open: FakeResponse[][] = [[], [], []];
      const got: FakeResponse[] = [];
      const said: string[] = [];
      for (const [what, index, waits] of [...all, ["listen", 0, true] as const]) {
        const at = processes[index]!;
        if (what === "say") {
          said.push(`${index} ${said.length}`);
          at.streams.standalone.push(said.at(-1)!);
        } else if (what === "leave") open[index]!.pop()?.vanish();
        else {
          const response = new FakeResponse();
          at.streams.standalone.join(response.asResponse);
          open[index]!.push(response);
          got.push(response);
        }
        if (waits) await settled();
      }
      await settled();
      expect(got.flatMap((response) => response.texts).toSorted()).toEqual(said.toSorted());
      // What a connection that broke did not take comes late.
      const mayBeLate = all.some(([, , waits]) => !waits);
      expect(mayBeLate || got.every(({ texts }) => isInOrder(texts))).toBe(true);
      await Promise.all(processes.map(({ streams }) => streams.close(0)));
    }),
    { numRuns: 100 },
  );
});
