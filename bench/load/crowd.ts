import { setTimeout } from "node:timers/promises";
import { Connection } from "./connection.ts";
import type { OpenStream } from "./event-stream.ts";
import type { GatherAsk, TouchAnswer, TouchAsk } from "./jobs.ts";
import { median, quantile } from "./quantile.ts";
import { Session } from "./session.ts";

// Enough to keep a gateway busy; they are closed afterwards, so that what is counted per session is the session's.
const CONNECTIONS = 8;

const STREAMS_DEADLINE_MS = 10_000;

interface Member {
  readonly session: Session;
  readonly stream: OpenStream | undefined;
}

/** Many sessions that do nothing, with or without a GET stream. */
export class Crowd {
  #members: Member[] = [];

  /** Opens sessions until there are `sessions`, each of which calls every one of `tools` once. */
  async gather(url: URL, { sessions, streams, tools = [] }: GatherAsk): Promise<void> {
    await eachConnection(url, sessions - this.#members.length, async (connection) => {
      const session = await opened(url, connection);
      for (const tool of tools) await session.call(tool);
      this.#members.push({ session, stream: streams ? await session.stream() : undefined });
    });
    // A server that quietly drops sessions would look as if it kept them for nothing.
    await eachConnection(url, 1, async (connection) => {
      for (const member of [this.#members.at(0), this.#members.at(-1)])
        await member?.session.list(connection);
    });
  }

  /** Connects `count` more clients as an agent does, the list included; gives the median time one took. */
  async connects(url: URL, count: number): Promise<number> {
    const micros: number[] = [];
    await eachConnection(url, count, async (connection) => {
      const before = performance.now();
      const session = await Session.open(url, connection);
      await session.list();
      micros.push((performance.now() - before) * 1000);
      this.#members.push({ session, stream: undefined });
    });
    return median(micros);
  }

  /** Deletes all sessions; milliseconds until the server had ended every stream, undefined when it did not in 10 s. */
  async disperse(): Promise<number | undefined> {
    const members = this.#members;
    this.#members = [];
    const start = performance.now();
    const ended = Promise.all(members.map(async ({ stream }) => stream?.ended));
    await this.#deleteAll(members);
    const late = setTimeout(STREAMS_DEADLINE_MS, undefined, { ref: false });
    const streamsEndedMs = await Promise.race([ended.then(() => performance.now() - start), late]);
    for (const { stream } of members) stream?.close();
    return streamsEndedMs;
  }

  /** Uses some of the sessions once each, one after the other, at whatever gateway is at this address. */
  async touch(ask: TouchAsk): Promise<TouchAnswer> {
    const connection = new Connection(new URL(ask.url));
    const micros: number[] = [];
    let failed = 0;
    try {
      for (const { session } of this.#members.slice(ask.from, ask.from + ask.count)) {
        const before = performance.now();
        const used =
          ask.tool === undefined
            ? session.ping(connection)
            : session.call(ask.tool, { over: connection });
        const answered = await used.then(
          () => true,
          () => false,
        );
        if (answered) micros.push((performance.now() - before) * 1000);
        else failed += 1;
      }
    } finally {
      connection.close();
    }
    const sorted = Float64Array.from(micros).toSorted();
    return {
      failed,
      requests: sorted.length,
      p50Micros: quantile(sorted, 0.5),
      p99Micros: quantile(sorted, 0.99),
    };
  }

  /** Has as many sessions call at once, each over a connection of its own. */
  async callAtOnce(url: URL, count: number, tool: string, waitMs: number): Promise<void> {
    await Promise.all(
      this.#members.slice(0, count).map(async ({ session }) => {
        const over = new Connection(url);
        await session.call(tool, { over, waitMs }).finally(() => over.close());
      }),
    );
  }

  /** Closes every stream without a word. */
  hangUp(): void {
    for (const { stream } of this.#members) stream?.close();
    this.#members = [];
  }

  async #deleteAll(members: readonly Member[]): Promise<void> {
    const url = members[0]?.session.url;
    if (url === undefined) return;
    const waiting = members.values();
    await eachConnection(url, members.length, async (connection) => {
      await waiting.next().value?.session.delete(connection);
    });
  }
}

/** Opens a session, at the latest at the tenth attempt: a gateway may say that it cannot just now. */
async function opened(url: URL, connection: Connection, attempts = 10): Promise<Session> {
  try {
    return await Session.open(url, connection);
  } catch (error) {
    if (attempts === 1) throw error;
    await setTimeout(1_000);
    return opened(url, connection, attempts - 1);
  }
}

/** Does `work` `times` times, shared out over a few connections that are closed at the end. */
async function eachConnection(
  url: URL,
  times: number,
  work: (connection: Connection) => Promise<void>,
): Promise<void> {
  let left = times;
  const connections = Array.from({ length: CONNECTIONS }, () => new Connection(url));
  try {
    await Promise.all(
      connections.map(async (connection) => {
        while (left-- > 0) await work(connection);
      }),
    );
  } finally {
    for (const connection of connections) connection.close();
  }
}
