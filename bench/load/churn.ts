import { setTimeout } from "node:timers/promises";
import { Connection } from "./connection.ts";
import type { OpenStream } from "./event-stream.ts";
import type { ChurnAnswer, ChurnAsk } from "./jobs.ts";
import { Session } from "./session.ts";

/** Requests under way at a time, each over a connection that is kept. */
const CONNECTIONS = 16;

const TICK_MS = 5;

/** How a session is left: in turn, with and without an open stream, deleted or forgotten. */
interface Fate {
  readonly streams: boolean;
  readonly deletes: boolean;
}

const FATES: readonly Fate[] = [
  { streams: false, deletes: true },
  { streams: false, deletes: false },
  { streams: true, deletes: true },
  { streams: true, deletes: false },
];

interface Member {
  readonly session: Session;
  readonly stream: OpenStream | undefined;
  readonly fate: Fate;
  readonly endMs: number;
  /** Calls under way, which would fail if the session ended before them. */
  readonly calls: Set<Promise<void>>;
}

/** Sessions that come, call and go at a steady rate. */
class Churn {
  readonly #ask: ChurnAsk;
  readonly #url: URL;
  readonly #free: Connection[];
  readonly #counts = { calls: 0, failedCalls: 0, sessions: 0, failedSessions: 0 };
  readonly #errors = new Map<string, number>();
  #members: Member[] = [];
  #turn = 0;
  /** Sessions being deleted. */
  #leaving = 0;

  constructor(ask: ChurnAsk) {
    this.#ask = ask;
    this.#url = new URL(ask.url);
    this.#free = Array.from({ length: CONNECTIONS }, () => new Connection(this.#url));
  }

  async run(): Promise<ChurnAnswer> {
    const { durationMs, sessionsPerSecond, callsPerSecond } = this.#ask;
    const connections = [...this.#free];
    const startMs = performance.now();
    const due = (perSecond: number): number =>
      Math.floor(((performance.now() - startMs) * perSecond) / 1000);
    let [begun, called] = [0, 0];
    while (performance.now() - startMs < durationMs) {
      for (; begun < due(sessionsPerSecond) && this.#free.length > 0; begun++) this.#begin(begun);
      for (; called < due(callsPerSecond) && this.#free.length > 0; called++) this.#call(called);
      while ((this.#members[0]?.endMs ?? Infinity) <= performance.now()) this.#leave();
      await setTimeout(TICK_MS);
    }
    while (this.#free.length < CONNECTIONS) await setTimeout(TICK_MS);
    while (this.#members.length > 0) this.#leave();
    while (this.#leaving > 0) await setTimeout(TICK_MS);
    for (const connection of connections) connection.close();
    return {
      ...this.#counts,
      errors: [...this.#errors].map(([text, count]) => `${count} × ${text}`),
    };
  }

  #begin(index: number): void {
    const fate = FATES[index % FATES.length] as Fate;
    this.#work("failedSessions", async (connection) => {
      const session = await Session.open(this.#url, connection);
      const stream = fate.streams ? await session.stream() : undefined;
      this.#counts.sessions += 1;
      const endMs = performance.now() + this.#ask.lifeMs;
      this.#members.push({ session, stream, fate, endMs, calls: new Set() });
    });
  }

  #call(index: number): void {
    const { tools } = this.#ask;
    const member = this.#members[this.#turn++ % this.#members.length];
    const tool = tools[index % tools.length];
    if (member === undefined || tool === undefined) return;
    this.#work("failedCalls", async (over) => {
      const call = member.session.call(tool, { over });
      member.calls.add(call);
      await call.finally(() => member.calls.delete(call));
      this.#counts.calls += 1;
    });
  }

  #leave(): void {
    const member = this.#members.shift();
    if (member === undefined) return;
    if (!member.fate.deletes) return member.stream?.close();
    const end = async (): Promise<void> => {
      await Promise.allSettled(member.calls);
      const connection = new Connection(this.#url);
      const deleted = member.session.delete(connection);
      await deleted.finally(() => {
        connection.close();
        member.stream?.close();
      });
    };
    this.#leaving += 1;
    end()
      .catch((error: unknown) => this.#failed("failedSessions", error))
      .finally(() => (this.#leaving -= 1));
  }

  #work(
    failure: "failedCalls" | "failedSessions",
    work: (connection: Connection) => Promise<void>,
  ): void {
    const connection = this.#free.pop();
    if (connection === undefined) return;
    work(connection)
      .catch((error: unknown) => this.#failed(failure, error))
      .finally(() => this.#free.push(connection));
  }

  #failed(failure: "failedCalls" | "failedSessions", error: unknown): void {
    this.#counts[failure] += 1;
    const text = (error instanceof Error ? error.message : String(error)).replaceAll(/\d+/g, "#");
    this.#errors.set(text, (this.#errors.get(text) ?? 0) + 1);
  }
}

/** Runs it for its time, and then lets go of every session in its way. */
export async function churn(ask: ChurnAsk): Promise<ChurnAnswer> {
  return new Churn(ask).run();
}
