import { steadyClock, systemTimer, type Clock, type Random, type Timer } from "../clock.ts";
import { eventLogBounds, pageSize, requireId, requireStream, PAGE } from "./bounds.ts";
import type {
  AppendOutcome,
  EventFollower,
  EventLog,
  EventLogBounds,
  EventsRead,
  LoggedEvent,
  StreamAddress,
} from "./event-log.ts";
import { Followers } from "./followers.ts";
import { Following } from "./following.ts";

/** How a log in memory is made. */
export interface MemoryEventLogOptions extends EventLogBounds {
  readonly now?: Clock;
  readonly random?: Random;
  readonly timer?: Timer;
}

/** A log for one process: nothing outlives it. */
export interface MemoryEventLog extends EventLog {
  /** Sessions with events, and for a while some whose events have expired or were deleted. */
  readonly sessions: number;
  /** Loses a session's events without a trace, as a log that was wiped does. */
  forget(sessionId: string): void;
}

/** Makes an empty log. */
export function memoryEventLog(options: MemoryEventLogOptions = {}): MemoryEventLog {
  return new InProcessEvents(options);
}

interface Kept extends LoggedEvent {
  readonly previous: number;
  readonly bytes: number;
}

interface Stream {
  events: Kept[];
  bytes: number;
  expiresAtMs: number;
}

interface Session {
  readonly streams: Map<string, Stream>;
  isDeleted: boolean;
  expiresAtMs: number;
}

class InProcessEvents implements MemoryEventLog {
  // Sessions and their streams in the order of their last event, which is that of expiry.
  readonly #sessions = new Map<string, Session>();
  readonly #bounds: Required<EventLogBounds>;
  readonly #options: Required<Pick<MemoryEventLogOptions, "now" | "random" | "timer">>;
  readonly #followers = new Followers();

  constructor(options: MemoryEventLogOptions) {
    const { now = steadyClock, random = Math.random, timer = systemTimer } = options;
    this.#bounds = eventLogBounds(options);
    this.#options = { now, random, timer };
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  forget(sessionId: string): void {
    this.#sessions.delete(sessionId);
  }

  async append(address: StreamAddress, event: string): Promise<AppendOutcome> {
    requireStream(address);
    const { maxBytes } = this.#bounds;
    const bytes = Buffer.byteLength(event);
    if (bytes > maxBytes) return { outcome: "too-large", maxBytes };
    const session = this.#renewed(address.sessionId);
    if (session.isDeleted) return { outcome: "ended" };
    const stream = this.#renewedStream(session, address.streamId);
    const previous = stream.events.at(-1)?.sequence ?? 0;
    const sequence = Math.max(previous + 1, Math.floor(this.#options.now() * 1000));
    stream.events.push({ sequence, event, previous, bytes });
    stream.bytes += bytes;
    this.#trim(stream);
    this.#followers.offer(keyOf(address), { sequence, event }, previous);
    return { outcome: "appended", sequence };
  }

  async readAfter(address: StreamAddress, sequence: number, limit = PAGE): Promise<EventsRead> {
    requireStream(address);
    const { events = [] } = this.#stream(address) ?? {};
    const later = events.filter((event) => event.sequence > sequence);
    const size = pageSize(limit);
    const page = later.slice(0, size);
    // What was asked for must be the event before the first of these, or the last of all.
    const before = page[0]?.previous ?? events.at(-1)?.sequence ?? 0;
    return {
      outcome: "events",
      events: page.map(({ sequence: number, event }) => ({ sequence: number, event })),
      lost: before !== sequence,
      more: later.length > size,
    };
  }

  follow(address: StreamAddress, sequence: number, follower: EventFollower): () => void {
    requireStream(address);
    const { random, timer } = this.#options;
    const following = new Following({
      after: sequence,
      follower,
      readAfter: (after) => this.readAfter(address, after),
      retry: { minRetryMs: 100, maxRetryMs: 5000, random, timer },
    });
    const key = keyOf(address);
    this.#followers.add(key, following);
    following.wake();
    return () => this.#followers.stop(key, following);
  }

  async deleteSession(sessionId: string): Promise<{ readonly outcome: "deleted" }> {
    requireId("session", sessionId);
    const session = this.#renewed(sessionId);
    session.isDeleted = true;
    session.streams.clear();
    return { outcome: "deleted" };
  }

  #renewed(sessionId: string): Session {
    const now = this.#options.now();
    this.#dropExpired(now);
    const known = this.#sessions.get(sessionId);
    const isLive = known !== undefined && known.expiresAtMs > now;
    const session = isLive ? known : { streams: new Map(), isDeleted: false, expiresAtMs: 0 };
    // The end of a session is remembered from when it came, not for as long as somebody still writes.
    if (!session.isDeleted) session.expiresAtMs = now + this.#bounds.ttlMs;
    this.#sessions.delete(sessionId);
    this.#sessions.set(sessionId, session);
    return session;
  }

  #renewedStream({ streams }: Session, streamId: string): Stream {
    const now = this.#options.now();
    const known = streams.get(streamId);
    const isLive = known !== undefined && known.expiresAtMs > now;
    const stream = isLive ? known : { events: [], bytes: 0, expiresAtMs: 0 };
    stream.expiresAtMs = now + this.#bounds.ttlMs;
    streams.delete(streamId);
    streams.set(streamId, stream);
    if (streams.size > this.#bounds.maxStreams) {
      for (const oldest of streams.keys()) {
        streams.delete(oldest);
        break;
      }
    }
    return stream;
  }

  #stream({ sessionId, streamId }: StreamAddress): Stream | undefined {
    const stream = this.#sessions.get(sessionId)?.streams.get(streamId);
    return stream !== undefined && stream.expiresAtMs > this.#options.now() ? stream : undefined;
  }

  #trim(stream: Stream): void {
    const { maxEvents, maxBytes } = this.#bounds;
    let dropped = 0;
    while (stream.events.length - dropped > maxEvents || stream.bytes > maxBytes) {
      stream.bytes -= stream.events[dropped]?.bytes ?? 0;
      dropped += 1;
    }
    if (dropped > 0) stream.events = stream.events.slice(dropped);
  }

  /** Two out for each one in: expired sessions go as others come, without a timer. */
  #dropExpired(now: number): void {
    let examined = 0;
    for (const [id, { expiresAtMs }] of this.#sessions) {
      if (expiresAtMs > now || ++examined > 2) break;
      this.#sessions.delete(id);
    }
  }
}

/** A space is in no id. */
function keyOf({ sessionId, streamId }: StreamAddress): string {
  return `${sessionId} ${streamId}`;
}
