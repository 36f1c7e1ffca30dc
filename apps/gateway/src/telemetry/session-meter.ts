import type { MetricBook } from "./exposition.ts";

/** Why a session is not in this process any more; one that was `left` goes on. */
type SessionEnd = "deleted" | "expired" | "shutdown" | "left";

/** Why a session was not begun: a cap was reached, or the store is away. */
type SessionRefusal = "process-full" | "user-full" | "user-too-fast" | "store-away";

/** What clients hold at one moment. */
interface Held {
  readonly sessions: number;
  /** Standing streams (GET) with a client at the other end. */
  readonly streams: number;
  /** Requests of clients that wait for their answer. */
  readonly calls: number;
  /** Events kept so that a stream can be resumed. */
  readonly events: number;
  /** Sessions with backends, by backend. */
  readonly backendSessions: ReadonlyMap<string, number>;
}

/** Measures sessions, and what they hold. */
interface SessionMeter {
  created(): void;
  /** A session of another process, or one that had been left, is served here. */
  restored(): void;
  ended(reason: SessionEnd): void;
  /** A session was not begun. */
  refused(why: SessionRefusal): void;
  /** Has what is held counted whenever the metrics are read. */
  watch(held: () => Held): void;
}

function nothing(): Held {
  return { sessions: 0, streams: 0, calls: 0, events: 0, backendSessions: new Map() };
}

/** Several figures of one page are taken from one count. */
function oncePerTurn(source: () => Held): () => Held {
  let last: Held | undefined;
  return () => {
    if (last === undefined) setImmediate(() => (last = undefined));
    return (last ??= source());
  };
}

/** The meter of the sessions of one gateway. */
function sessionMeter(book: MetricBook, server: string, transport: string): SessionMeter {
  const created = book.counter("headgate_sessions_created_total", "Client sessions opened").of();
  const restored = book
    .counter("headgate_sessions_restored_total", "Client sessions taken up from the store")
    .of();
  const ended = book.counter(
    "headgate_sessions_ended_total",
    "Client sessions that are not in this process any more; those left go on elsewhere or later",
    ["reason"],
  );
  const refused = book.counter(
    "headgate_sessions_refused_total",
    "Client sessions that were not begun, as a cap was reached or the store is away",
    ["reason"],
  );
  let held = nothing;
  book.reading("headgate_sessions_live", "Open client sessions", () => held().sessions);
  book.reading("headgate_streams_open", "Standing streams open to clients", () => held().streams);
  book.reading(
    "headgate_calls_in_flight",
    "Requests of clients waiting for their answer",
    () => held().calls,
  );
  book.reading("headgate_events_buffered", "Events kept for resuming streams", () => held().events);
  book.readings(
    "headgate_backend_sessions_open",
    "Sessions with backends in which this process goes on for its clients",
    "backend",
    () => held().backendSessions,
  );
  book.reading(
    "toolhive_mcp_active_connections",
    "HTTP exchanges open on the MCP endpoint: calls and standing streams",
    () => held().calls + held().streams,
    { server, transport },
  );
  return {
    created: () => created.add(),
    restored: () => restored.add(),
    ended: (reason) => ended.of(reason).add(),
    refused: (why) => refused.of(why).add(),
    watch(source) {
      held = oncePerTurn(source);
    },
  };
}

export { sessionMeter, type Held, type SessionEnd, type SessionMeter };
