import type { MetricBook } from "./exposition.ts";
import type { Cell } from "./series.ts";

/** Why a session is no more. */
type SessionEnd = "deleted" | "idle" | "evicted" | "shutdown";

/** Measures what clients hold: sessions, streams, calls and the events kept for them. */
interface SessionMeter {
  sessionCreated(): void;
  sessionEnded(reason: SessionEnd): void;
  /** An `initialize` was refused because there are too many sessions. */
  sessionRefused(): void;
  /** Standing streams (GET) now open: +1 when one opens, -1 when it closes. */
  readonly streams: Pick<Cell, "add">;
  /** Requests of clients now waiting for their answer: +1 and -1. */
  readonly callsInFlight: Pick<Cell, "add">;
  /** Events now kept so that a stream can be resumed: by how many they grew or shrank. */
  readonly eventsBuffered: Pick<Cell, "add">;
}

/** The meter of the sessions of one gateway. */
function sessionMeter(book: MetricBook, server: string, transport: string): SessionMeter {
  const live = book.gauge("headgate_sessions_live", "Open client sessions").of();
  const created = book.counter("headgate_sessions_created_total", "Client sessions opened").of();
  const refused = book
    .counter("headgate_sessions_refused_total", "Sessions refused because there were too many")
    .of();
  const ended = book.counter("headgate_sessions_ended_total", "Client sessions ended", ["reason"]);
  const streams = book.gauge("headgate_streams_open", "Standing streams to clients").of();
  const calls = book.gauge("headgate_calls_in_flight", "Requests waiting for their answer").of();
  const events = book.gauge("headgate_events_buffered", "Events kept for resuming streams").of();
  const connections = book
    .gauge("toolhive_mcp_active_connections", "HTTP exchanges open on the MCP endpoint", [
      "server",
      "transport",
    ])
    .of(server, transport);
  const alsoConnection = (cell: Cell) => ({
    add(amount = 1) {
      cell.add(amount);
      connections.add(amount);
    },
  });
  return {
    sessionCreated() {
      created.add();
      live.add();
    },
    sessionEnded(reason) {
      ended.of(reason).add();
      live.add(-1);
    },
    sessionRefused: () => refused.add(),
    streams: alsoConnection(streams),
    callsInFlight: alsoConnection(calls),
    eventsBuffered: events,
  };
}

export { sessionMeter, type SessionEnd, type SessionMeter };
