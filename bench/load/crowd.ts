import { Connection } from "./connection.ts";
import type { OpenStream } from "./event-stream.ts";
import { median } from "./quantile.ts";
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

  /** Opens sessions until there are `sessions`. */
  async gather(url: URL, sessions: number, streams: boolean): Promise<void> {
    await eachConnection(url, sessions - this.#members.length, async (connection) => {
      const session = await Session.open(url, connection);
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
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, STREAMS_DEADLINE_MS, undefined);
    });
    const streamsEndedMs = await Promise.race([ended.then(() => performance.now() - start), late]);
    clearTimeout(timer);
    for (const { stream } of members) stream?.close();
    return streamsEndedMs;
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
