import { steadyClock, type Clock } from "../clock.ts";
import { wholeNumber } from "../option.ts";
import { RedisCaller, type RedisAdapterOptions, type Replied } from "../redis-caller.ts";
import { unavailable, type Unavailable } from "../unavailable.ts";
import { parseRecordText, recordText, requireFits, TOMBSTONE } from "./record-text.ts";
import { compareAndSet, putBack } from "./redis-scripts.ts";
import { nextRevision, putBackRevision } from "./revision.ts";
import type {
  Change,
  CreateOutcome,
  EndOutcome,
  ReadOutcome,
  RestoreOutcome,
  SessionRecord,
  SessionStore,
  UpdateOutcome,
} from "./session-store.ts";
import { recordLifeMs, tombstoneLifeMs } from "./time-to-live.ts";

/** How a store in Redis is made; keys are `<keyPrefix><session id>`, default prefix `headgate:session:`. */
export interface RedisSessionStoreOptions extends RedisAdapterOptions {
  /** How long a session lives after its last use; default 30 minutes. */
  readonly ttlMs?: number;
  readonly now?: Clock;
}

/** A store that all processes on one Redis (6.2 or newer: single, Sentinel or Cluster) share. */
export function redisSessionStore(options: RedisSessionStoreOptions): SessionStore {
  return new SessionsInRedis(options);
}

// Each conflict means that another writer got through, so this many are only seen when very many write one session.
const MAX_CONFLICTS = 32;

class SessionsInRedis implements SessionStore {
  readonly #redis: RedisCaller;
  readonly #prefix: string;
  readonly #lifeMs: number;
  readonly #tombstoneLifeMs: number;
  readonly #now: Clock;

  constructor(options: RedisSessionStoreOptions) {
    const ttlMs = wholeNumber("ttlMs", options.ttlMs ?? 30 * 60_000, 10);
    this.#redis = new RedisCaller(options);
    this.#prefix = options.keyPrefix ?? "headgate:session:";
    this.#lifeMs = recordLifeMs(ttlMs);
    this.#now = options.now ?? steadyClock;
    this.#tombstoneLifeMs = tombstoneLifeMs(ttlMs);
  }

  async create(id: string, value: string): Promise<CreateOutcome> {
    requireFits(value);
    const record = { value, revision: 1 };
    const text = recordText(record);
    const sent = await this.#redis.send("SET", [this.#key(id), text, "PX", this.#lifeMs, "NX"]);
    if (sent.outcome === "unavailable") return sent;
    return sent.reply === null ? { outcome: "exists" } : { outcome: "created", record };
  }

  async read(id: string): Promise<ReadOutcome> {
    return reading(await this.#redis.send("GETEX", [this.#key(id), "PX", this.#lifeMs]));
  }

  async peek(id: string): Promise<ReadOutcome> {
    return reading(await this.#redis.send("GET", [this.#key(id)]));
  }

  async update(id: string, change: Change, known?: SessionRecord): Promise<UpdateOutcome> {
    let base = known;
    let next = known === undefined ? "" : change(known.value);
    for (let attempt = 0; attempt <= MAX_CONFLICTS; attempt++) {
      requireFits(next);
      // No record has revision 0: without one to begin with, the first attempt fetches it.
      const expected = base?.revision ?? 0;
      const record = { value: next, revision: nextRevision(expected, this.#now()) };
      const args = [expected, recordText(record), this.#lifeMs];
      const sent = await this.#redis.run(compareAndSet, [this.#key(id)], args);
      if (sent.outcome === "unavailable") return sent;
      if (sent.reply === 1) return { outcome: "updated", record };
      const current = reading(sent);
      if (current.outcome !== "found") return current;
      base = current.record;
      next = change(base.value);
      if (next === base.value) return { outcome: "updated", record: base };
    }
    return unavailable("contended", this.#redis.retryAfterMs);
  }

  async end(id: string): Promise<EndOutcome> {
    const args = [this.#key(id), TOMBSTONE, "PX", this.#tombstoneLifeMs, "GET"];
    const sent = await this.#redis.send("SET", args);
    if (sent.outcome === "unavailable") return sent;
    if (sent.reply === null) return { outcome: "ended", was: "missing" };
    return { outcome: "ended", was: sent.reply === TOMBSTONE ? "ended" : "live" };
  }

  async restoreMissing(id: string, record: SessionRecord): Promise<RestoreOutcome> {
    requireFits(record.value);
    const restored = { value: record.value, revision: putBackRevision(record.revision) };
    const args = [record.revision, recordText(restored), this.#lifeMs];
    const sent = await this.#redis.run(putBack, [this.#key(id)], args);
    if (sent.outcome === "unavailable") return sent;
    if (sent.reply === 1) return { outcome: "restored", record: restored };
    const current = reading(sent);
    if (current.outcome === "found") return { outcome: "exists", record: current.record };
    return current.outcome === "missing"
      ? unavailable("contended", this.#redis.retryAfterMs)
      : current;
  }

  #key(id: string): string {
    return this.#prefix + id;
  }
}

function reading(sent: Replied | Unavailable): ReadOutcome {
  if (sent.outcome === "unavailable") return sent;
  if (sent.reply === null) return { outcome: "missing" };
  return parseRecordText(typeof sent.reply === "string" ? sent.reply : "");
}
