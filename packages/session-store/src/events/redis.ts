import type { RedisConnection, Reply } from "@headgate/redis";
import { systemTimer, type Random, type Timer } from "../clock.ts";
import { RedisCaller, type RedisAdapterOptions } from "../redis-caller.ts";
import type { RetryOptions } from "../retry.ts";
import type { Unavailable } from "../unavailable.ts";
import { eventLogBounds, PAGE, pageSize, requireId, requireStream } from "./bounds.ts";
import type {
  AppendOutcome,
  EventFollower,
  EventLog,
  EventLogBounds,
  EventsRead,
  StreamAddress,
} from "./event-log.ts";
import { Followers } from "./followers.ts";
import { Following } from "./following.ts";
import { appendEvent, deleteEvents } from "./redis-scripts.ts";

/**
 * How a log in Redis is made. A session's keys are `<keyPrefix>{<session id>}` and `<keyPrefix>{<session id>}:<stream id>`,
 * with what could be mistaken in ids percent-encoded; default prefix `headgate:events:`.
 */
export interface RedisEventLogOptions extends RedisAdapterOptions, EventLogBounds {
  readonly random?: Random;
  readonly timer?: Timer;
}

/** A log that all processes on one Redis share: each stream is a Redis Stream, and pub/sub wakes those who follow it. */
export function redisEventLog(options: RedisEventLogOptions): EventLog {
  return new EventsInRedis(options);
}

class EventsInRedis implements EventLog {
  readonly #redis: RedisCaller;
  readonly #connection: RedisConnection;
  readonly #prefix: string;
  readonly #bounds: Required<EventLogBounds>;
  readonly #retry: RetryOptions;
  readonly #followers = new Followers();

  constructor(options: RedisEventLogOptions) {
    this.#redis = new RedisCaller(options);
    this.#connection = options.connection;
    this.#prefix = options.keyPrefix ?? "headgate:events:";
    this.#bounds = eventLogBounds(options);
    const { random = Math.random, timer = systemTimer } = options;
    this.#retry = { minRetryMs: 100, maxRetryMs: 5000, random, timer };
  }

  async append(address: StreamAddress, event: string): Promise<AppendOutcome> {
    requireStream(address);
    const { maxEvents, maxBytes, maxStreams, ttlMs } = this.#bounds;
    if (Buffer.byteLength(event) > maxBytes) return { outcome: "too-large", maxBytes };
    const key = this.#streamKey(address);
    const name = encodeURIComponent(address.streamId);
    const args = [event, maxEvents, maxBytes, ttlMs, maxStreams, name, key];
    const sent = await this.#redis.run(appendEvent, [this.#indexKey(address.sessionId), key], args);
    if (sent.outcome === "unavailable") return sent;
    if (!Array.isArray(sent.reply)) return { outcome: "ended" };
    const [sequence = 0, previous = 0] = sent.reply.map(Number);
    this.#followers.offer(key, { sequence, event }, previous);
    return { outcome: "appended", sequence };
  }

  async readAfter(
    address: StreamAddress,
    sequence: number,
    limit = PAGE,
  ): Promise<EventsRead | Unavailable> {
    requireStream(address);
    const key = this.#streamKey(address);
    const size = pageSize(limit);
    const after = `(${sequence}-0`;
    // In one turn, so in one round trip.
    const [later, last] = await Promise.all([
      this.#redis.send("XRANGE", [key, after, "+", "COUNT", size + 1]),
      this.#redis.send("XREVRANGE", [key, "+", "-", "COUNT", 1]),
    ]);
    if (later.outcome === "unavailable") return later;
    if (last.outcome === "unavailable") return last;
    const entries = entriesOf(later.reply);
    const [first] = entries;
    // What was asked for must be the event before the first of these, or the last of all.
    const before = first?.previous ?? entriesOf(last.reply)[0]?.sequence ?? 0;
    return {
      outcome: "events",
      events: entries.slice(0, size).map(({ sequence: number, event }) => ({
        sequence: number,
        event,
      })),
      lost: before !== sequence,
      more: entries.length > size,
    };
  }

  follow(address: StreamAddress, sequence: number, follower: EventFollower): () => void {
    requireStream(address);
    const following = new Following({
      after: sequence,
      follower,
      readAfter: (after) => this.readAfter(address, after),
      retry: this.#retry,
    });
    const key = this.#streamKey(address);
    this.#followers.add(key, following);
    const unsubscribe = this.#connection.subscribe(key, following);
    following.wake();
    return () => {
      unsubscribe();
      this.#followers.stop(key, following);
    };
  }

  async deleteSession(sessionId: string): Promise<{ readonly outcome: "deleted" } | Unavailable> {
    requireId("session", sessionId);
    const { ttlMs } = this.#bounds;
    const sent = await this.#redis.run(deleteEvents, [this.#indexKey(sessionId)], [ttlMs]);
    return sent.outcome === "unavailable" ? sent : { outcome: "deleted" };
  }

  /** Encoded, no id has a brace or a colon: no two streams share a key. */
  #indexKey(sessionId: string): string {
    return `${this.#prefix}{${encodeURIComponent(sessionId)}}`;
  }

  #streamKey({ sessionId, streamId }: StreamAddress): string {
    return `${this.#indexKey(sessionId)}:${encodeURIComponent(streamId)}`;
  }
}

interface Entry {
  readonly sequence: number;
  readonly previous: number;
  readonly event: string;
}

/** Entries of a Redis Stream as this log writes them: an id, and the fields p, c and e with their values. */
function entriesOf(reply: Reply): readonly Entry[] {
  if (!Array.isArray(reply)) return [];
  return (reply as readonly [string, readonly string[]][]).map(([id, fields]) => ({
    sequence: Number.parseInt(id, 10),
    previous: Number(fields[1]),
    event: fields[5] ?? "",
  }));
}
