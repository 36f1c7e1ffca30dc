import { randomBytes } from "node:crypto";
import type {
  CachedSessions,
  CacheEvent,
  SessionCounter,
  SessionStore,
  Unreadable,
} from "@headgate/session-store";
import { readMessage } from "../rpc/message.ts";
import { readRecord, writeRecord, type SessionRecord } from "../sessions/record.ts";
import type { SessionRegistry } from "../sessions/registry.ts";
import type { KeptSession, SharedSessions } from "../sessions/shared-sessions.ts";
import type { GatewayOptions } from "./gateway-options.ts";
import { sessionStorage } from "./session-storage.ts";
import { shareEvents } from "./share-events.ts";
import type { SharedRedis } from "./shared-redis.ts";
import { tellOfUnreadable } from "./tell-of-unreadable.ts";

/** What clients said to a process that has no use for it goes by this name. */
const TOPIC = "client";

/** A live session is looked at again in the cache after this time; that costs a round trip after a tenth of its life alone. */
const LOOK_AGAIN_MS = 1_000;

/** Giving an answer up takes so much longer than waiting for it only where this process does not come to it. */
const HELD_UP_MS = 5;

/** Keeps sessions in Redis, with a cache of this process in front of it, and lets the processes speak to each other. */
function shareSessions(
  options: GatewayOptions,
  redis: SharedRedis,
  registry: () => SessionRegistry,
): SharedSessions & { readonly users: SessionCounter; forget(id: string): void } {
  const { settings, metrics, log } = options;
  const meter = metrics.sharing;
  const tag = randomBytes(9).toString("base64url");
  const { store, waitMs, cache, users, events, bus, envelope } = sessionStorage(options, redis, {
    tag,
    cached(event) {
      metrics.sessionStore.cached(event.kind);
      follow(event, registry(), log);
    },
  });
  bus.listen(TOPIC, { message: ({ text }) => hear(text, registry()) });
  return {
    tag,
    users,
    freshMs: LOOK_AGAIN_MS,
    lateMs: settings.sessionTtlMs / 10 + LOOK_AGAIN_MS,
    ...stateIn({ cache, store, waitMs, unreadable: tellOfUnreadable(log) }),
    end: (id) => cache.end(id),
    answer: (to, id, text) => {
      meter.carried("answer");
      void bus.sendTo(to, TOPIC, `${id} ${text}`);
    },
    tell: (id, text) => {
      meter.carried("notice");
      void bus.broadcast(TOPIC, `${id} ${text}`);
    },
    events: shareEvents({
      log: events,
      envelope,
      bus,
      meter,
      runs: (id, streamId) => registry().here(id)?.openedStreams?.runs(streamId) ?? false,
    }),
    forget: (id) => void events.deleteSession(id),
    async close() {
      await cache.flush();
      for (const open of [cache, bus]) open.close();
    },
  };
}

interface StateParts {
  readonly cache: CachedSessions;
  readonly store: SessionStore;
  readonly waitMs: number;
  /** A session was asked for whose record cannot be read. */
  readonly unreadable: (reason: Unreadable["code"]) => void;
}

/** Reads and writes sessions as what they are. */
function stateIn({
  cache,
  store,
  waitMs,
  unreadable,
}: StateParts): Pick<SharedSessions, "create" | "read" | "lives" | "share"> {
  return {
    async create(id, record) {
      const text = writeRecord(record);
      const made = await unlessHeldUp(waitMs, () => cache.create(id, text));
      if (made.outcome === "unavailable") return made;
      return { outcome: "created" };
    },
    async read(id): Promise<KeptSession> {
      const read = await unlessHeldUp(waitMs, () => cache.read(id));
      if (read.outcome === "unreadable") unreadable(read.code);
      if (read.outcome !== "found") return read;
      const record = readRecord(read.record.value);
      if (record !== undefined) return { outcome: "found", record };
      unreadable("unknown-version");
      return { outcome: "unreadable" };
    },
    async lives(id) {
      const { outcome } = await store.peek(id);
      // Of one that cannot be asked for the backends are not told that it is over.
      return outcome !== "missing" && outcome !== "ended";
    },
    share: (id) => async (change) => {
      const updated = await cache.update(id, (text) =>
        changed(text, (record) => ({ ...record, ...change(record) })),
      );
      return updated.outcome === "updated" ? readRecord(updated.record.value) : undefined;
    },
  };
}

/** Asks again when no answer came in time, but this process was held up meanwhile, which tells nothing of the store. */
async function unlessHeldUp<T extends { readonly outcome: string }>(
  waitMs: number,
  ask: () => Promise<T>,
): Promise<T> {
  const askedMs = performance.now();
  const answer = await ask();
  const wasHeldUp = performance.now() - askedMs > waitMs + HELD_UP_MS;
  return answer.outcome === "unavailable" && wasHeldUp ? ask() : answer;
}

/** A record that this version cannot read stays as it is. */
function changed(text: string, change: (record: SessionRecord) => SessionRecord): string {
  const record = readRecord(text);
  return record === undefined ? text : writeRecord(change(record));
}

function follow(event: CacheEvent, registry: SessionRegistry, log: GatewayOptions["log"]): void {
  // What is idle in the cache is about to end; the registry finds out whether it does.
  if (event.kind === "evicted") registry.leave(event.id);
  else if (event.kind === "ended") registry.endedElsewhere(event.id);
  else if (event.kind === "outdated") registry.outdated(event.id);
  else if (event.kind === "store-away") log.warn("Redis does not answer: sessions here go on");
  else if (event.kind === "store-returned") log.info("Redis keeps sessions again");
}

function hear(text: string, registry: SessionRegistry): void {
  const end = text.indexOf(" ");
  const session = registry.here(text.slice(0, end));
  if (session !== undefined) session.hear(readMessage(text.slice(end + 1)));
}

export { shareSessions };
