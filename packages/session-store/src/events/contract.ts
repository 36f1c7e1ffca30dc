import assert from "node:assert/strict";
import { registerScenarios, type ContractRunner } from "../contract-runner.ts";
import type {
  AppendOutcome,
  EventFollower,
  EventLog,
  EventLogBounds,
  EventsRead,
  LoggedEvent,
} from "./event-log.ts";

/** A fresh, empty log as two processes see it, and what else the suite needs of it. */
export interface OpenedEventLog {
  readonly log: EventLog;
  /** The same log by another process; the same object where there is but one. */
  readonly other: EventLog;
  /** Lets everything in the log become older by so much. */
  readonly age: (byMs: number) => void | Promise<void>;
  /** Loses everything without a trace. */
  readonly wipe: () => void | Promise<void>;
  readonly close?: () => void | Promise<void>;
}

/** Opens an empty log with these bounds. */
export type OpenEventLog = (
  bounds: Required<EventLogBounds>,
) => OpenedEventLog | Promise<OpenedEventLog>;

const BOUNDS = { maxEvents: 150, maxBytes: 10_000, maxStreams: 3, ttlMs: 600_000 };
const STREAM = { sessionId: "a-session", streamId: "a-stream" };

type Scenarios = Readonly<Record<string, (opened: OpenedEventLog) => Promise<void>>>;

/** Registers one test per promise that every `EventLog` keeps. */
export function eventLogContract(runner: ContractRunner, open: OpenEventLog): void {
  registerScenarios(runner, () => open(BOUNDS), { ...reading, ...bounds, ...scope, ...following });
}

const reading: Scenarios = {
  "what was appended is read in its order, by every process": async ({ log, other }) => {
    const sequences = [];
    for (const event of ["a", "b", "c"]) sequences.push(await appended(log, event));
    assert.deepEqual(
      sequences.toSorted((a, b) => a - b),
      sequences,
    );
    const all = await read(other, 0);
    assert.deepEqual(textOf(all), "a b c");
    assert.deepEqual([all.lost, all.more], [false, false]);
    assert.deepEqual(
      all.events.map(({ sequence }) => sequence),
      sequences,
    );
    const rest = await read(other, sequences[0] ?? 0);
    assert.deepEqual([textOf(rest), rest.lost], ["b c", false]);
    const none = await read(other, sequences[2] ?? 0);
    assert.deepEqual([textOf(none), none.lost], ["", false]);
  },

  "a stream without events is empty, and has lost nothing": async ({ log }) => {
    assert.deepEqual(await read(log, 0), {
      outcome: "events",
      events: [],
      lost: false,
      more: false,
    });
  },

  "events of many processes at once have one order, and each its own sequence": async ({
    log,
    other,
  }) => {
    const names = Array.from({ length: 60 }, (_, index) => `${index}`);
    const sequences = await Promise.all(
      names.map((name, index) => appended(index % 2 === 0 ? log : other, name)),
    );
    assert.equal(new Set(sequences).size, names.length);
    const { events } = await read(log, 0);
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      sequences.toSorted((a, b) => a - b),
    );
    assert.deepEqual(events.map(({ event }) => event).toSorted(), names.toSorted());
  },

  "a long stream is read in pages": async ({ log }) => {
    for (let index = 0; index < 120; index++) await appended(log, `${index}`);
    const first = await read(log, 0);
    assert.deepEqual([first.events.length, first.more], [100, true]);
    const second = await read(log, first.events.at(-1)?.sequence ?? 0);
    assert.deepEqual([second.events.length, second.more, second.lost], [20, false, false]);
    const few = await log.readAfter(STREAM, 0, 7);
    assert.ok(few.outcome === "events" && few.events.length === 7 && few.more);
  },

  "any text comes back as it was": async ({ log }) => {
    const events = ["", " ", "ä€😀\n\r\u0000", "data: x\n\n"];
    for (const event of events) await appended(log, event);
    assert.deepEqual(
      (await read(log, 0)).events.map(({ event }) => event),
      events,
    );
  },
};

const bounds: Scenarios = {
  "of too many events the oldest go, and who asks for them is told": async ({ log }) => {
    const first = await appended(log, "0");
    for (let index = 1; index < BOUNDS.maxEvents + 10; index++) await appended(log, `${index}`);
    const after = await read(log, first);
    assert.deepEqual([after.events[0]?.event, after.lost], ["10", true]);
    assert.equal((await read(log, 0)).lost, true);
    const kept = after.events[3]?.sequence ?? 0;
    assert.equal((await read(log, kept)).lost, false);
  },

  "of too many bytes the oldest go, and the newest event always stays": async ({ log }) => {
    for (const name of "abcdef") await appended(log, name.repeat(3000));
    const { events, lost } = await read(log, 0);
    assert.deepEqual([events.map(({ event }) => event[0]).join(""), lost], ["def", true]);
    await appended(log, "€".repeat(3333));
    assert.equal((await read(log, 0)).events.length, 1);
    assert.deepEqual(await log.append(STREAM, "€".repeat(3334)), {
      outcome: "too-large",
      maxBytes: BOUNDS.maxBytes,
    });
    assert.equal((await read(log, 0)).events.length, 1);
  },

  "of too many streams of a session the one that was still for longest goes": async ({ log }) => {
    for (const streamId of ["1", "2", "3", "1", "4"])
      await log.append({ ...STREAM, streamId }, streamId);
    const left = [];
    for (const streamId of ["1", "2", "3", "4"]) {
      const stream = await log.readAfter({ ...STREAM, streamId }, 0);
      if (stream.outcome === "events" && stream.events.length > 0) left.push(streamId);
    }
    assert.deepEqual(left, ["1", "3", "4"]);
  },

  "a stream is kept for its TTL after its last event, and not much longer": async ({
    log,
    age,
  }) => {
    const first = await appended(log, "a");
    await age(BOUNDS.ttlMs * 0.9);
    await appended(log, "b");
    await age(BOUNDS.ttlMs * 0.9);
    assert.equal(textOf(await read(log, 0)), "a b");
    await age(BOUNDS.ttlMs * 0.2);
    assert.deepEqual(await read(log, first), {
      outcome: "events",
      events: [],
      lost: true,
      more: false,
    });
  },

  "a log that was wiped gives no sequence again, and says that something may be lost": async ({
    log,
    other,
    wipe,
  }) => {
    const before = await appended(log, "before");
    await wipe();
    assert.equal((await read(other, before)).lost, true);
    const after = await appended(other, "after");
    assert.ok(after > before);
    const read1 = await read(log, before);
    assert.deepEqual([textOf(read1), read1.lost], ["after", true]);
  },
};

const scope: Scenarios = {
  "no other session and no other stream has a stream's events, whatever their names": async ({
    log,
    other,
  }) => {
    const names = ["a", "a:b", "a}", "{a", "a}:b", "a%7D", "A", "a b".replace(" ", "%20"), "*"];
    for (const sessionId of names) {
      for (const streamId of ["b", "b:c"]) {
        await log.append({ sessionId, streamId }, `${sessionId} / ${streamId}`);
      }
    }
    for (const sessionId of names) {
      for (const streamId of ["b", "b:c"]) {
        const stream = await other.readAfter({ sessionId, streamId }, 0);
        assert.ok(stream.outcome === "events");
        assert.equal(textOf(stream), `${sessionId} / ${streamId}`);
      }
    }
    const unknown = await log.readAfter({ sessionId: "another", streamId: "b" }, 0);
    assert.ok(unknown.outcome === "events" && unknown.events.length === 0);
  },

  "a name that cannot be one is a mistake": async ({ log }) => {
    const isInvalid = { code: "invalid-id" };
    await assert.rejects(log.append({ ...STREAM, sessionId: "" }, "a"), isInvalid);
    await assert.rejects(log.readAfter({ ...STREAM, streamId: "a b" }, 0), isInvalid);
    await assert.rejects(log.deleteSession("x".repeat(129)), isInvalid);
  },

  "with its session a log's events are gone, no more are taken, and other sessions keep theirs":
    async ({ log, other }) => {
      const kept = { sessionId: "another", streamId: "a-stream" };
      await log.append(kept, "kept");
      for (const streamId of ["1", "2"]) await log.append({ ...STREAM, streamId }, streamId);
      assert.deepEqual(await other.deleteSession(STREAM.sessionId), { outcome: "deleted" });
      for (const streamId of ["1", "2"]) {
        const stream = await log.readAfter({ ...STREAM, streamId }, 0);
        assert.ok(stream.outcome === "events" && stream.events.length === 0);
        assert.deepEqual(await log.append({ ...STREAM, streamId }, "late"), { outcome: "ended" });
      }
      const stream = await log.readAfter(kept, 0);
      assert.ok(stream.outcome === "events" && textOf(stream) === "kept");
    },
};

const following: Scenarios = {
  "a follower gets what is there and what comes, each event once and in order": async ({
    log,
    other,
  }) => {
    for (let index = 0; index < 110; index++) await appended(log, `${index}`);
    const follower = new Collector();
    const stop = other.follow(STREAM, 0, follower);
    const appending = [];
    for (let index = 110; index < 140; index++) {
      appending.push(appended(index % 3 === 0 ? other : log, `${index}`));
      if (index % 5 === 0) await Promise.all(appending);
    }
    await Promise.all(appending);
    await follower.has(140);
    await appended(log, "last");
    await follower.has(141);
    stop();
    const { events } = await read(log, follower.events[98]?.sequence ?? 0);
    assert.deepEqual(follower.events.slice(99), events);
    assert.deepEqual(
      follower.events.slice(0, 110).map(({ event }) => event),
      Array.from({ length: 110 }, (_, index) => `${index}`),
    );
    assert.equal(follower.losses, 0);
  },

  "a follower begins after the event it names": async ({ log, other }) => {
    await appended(log, "a");
    const sequence = await appended(log, "b");
    const follower = new Collector();
    const stop = other.follow(STREAM, sequence, follower);
    await appended(log, "c");
    await follower.has(1);
    stop();
    assert.deepEqual(follower.texts, ["c"]);
    assert.equal(follower.losses, 0);
  },

  "followers in several processes each get everything": async ({ log, other }) => {
    const followers = [new Collector(), new Collector(), new Collector()];
    const stops = followers.map((follower, index) =>
      (index === 0 ? log : other).follow(STREAM, 0, follower),
    );
    for (const event of ["a", "b", "c"]) await appended(log, event);
    for (const follower of followers) await follower.has(3);
    for (const stop of stops) stop();
    for (const { texts } of followers) assert.deepEqual(texts, ["a", "b", "c"]);
  },

  "a follower that comes too late is told of the loss, once, before what is left": async ({
    log,
    other,
  }) => {
    const first = await appended(log, "first");
    for (const name of "abcdef") await appended(log, name.repeat(3000));
    const follower = new Collector();
    const stop = other.follow(STREAM, first, follower);
    await follower.has(3);
    await appended(log, "g");
    await follower.has(4);
    stop();
    assert.deepEqual(follower.texts.map((text) => text[0]).join(""), "defg");
    assert.equal(follower.losses, 1);
  },

  "a slow follower gets one event at a time": async ({ log, other }) => {
    const follower = new Collector(async () => {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    });
    const stop = other.follow(STREAM, 0, follower);
    for (let index = 0; index < 30; index++) await appended(log, `${index}`);
    await follower.has(30);
    stop();
    assert.equal(follower.most, 1);
  },

  "who stopped following gets nothing more": async ({ log, other }) => {
    const [stopped, follower] = [new Collector(), new Collector()];
    const stop = other.follow(STREAM, 0, stopped);
    const stopOther = other.follow(STREAM, 0, follower);
    await appended(log, "a");
    await Promise.all([stopped.has(1), follower.has(1)]);
    stop();
    await appended(log, "b");
    await follower.has(2);
    stopOther();
    assert.deepEqual(stopped.texts, ["a"]);
  },

  "a follower hears of no other stream": async ({ log, other }) => {
    const follower = new Collector();
    const stop = other.follow(STREAM, 0, follower);
    await log.append({ ...STREAM, streamId: "another" }, "not this");
    await log.append({ sessionId: "another", streamId: STREAM.streamId }, "nor this");
    await appended(log, "this");
    await follower.has(1);
    stop();
    assert.deepEqual(follower.texts, ["this"]);
  },
};

/** What a follower got. */
class Collector implements EventFollower {
  readonly events: LoggedEvent[] = [];
  losses = 0;
  /** The most events that were being taken at one time. */
  most = 0;
  readonly #take: () => Promise<void> | void;
  #taking = 0;
  #arrived: (() => void) | undefined;

  constructor(take: () => Promise<void> | void = () => undefined) {
    this.#take = take;
  }

  readonly event = async (event: LoggedEvent): Promise<void> => {
    this.#taking += 1;
    this.most = Math.max(this.most, this.#taking);
    await this.#take();
    this.#taking -= 1;
    this.events.push(event);
    this.#arrived?.();
  };

  readonly lost = (): void => {
    this.losses += 1;
  };

  get texts(): string[] {
    return this.events.map(({ event }) => event);
  }

  async has(count: number): Promise<void> {
    while (this.events.length < count) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }
}

async function appended(log: EventLog, event: string): Promise<number> {
  const outcome: AppendOutcome = await log.append(STREAM, event);
  if (outcome.outcome !== "appended")
    return assert.fail(`expected a sequence, not ${outcome.outcome}`);
  return outcome.sequence;
}

async function read(log: EventLog, sequence: number): Promise<EventsRead> {
  const outcome = await log.readAfter(STREAM, sequence);
  if (outcome.outcome !== "events") return assert.fail(`expected events, not ${outcome.outcome}`);
  return outcome;
}

function textOf({ events }: EventsRead): string {
  return events.map(({ event }) => event).join(" ");
}
