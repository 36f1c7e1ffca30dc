import { connectRedis, type RedisConnection, type RedisTopology } from "@headgate/redis";
import { redisSessionBus, type RedisSessionBus } from "../src/bus/redis.ts";
import { cachedSessions } from "../src/cache/cached-sessions.ts";
import type { CachedSessions } from "../src/cache/session-cache.ts";
import type { CachedSessionsOptions, CacheEvent } from "../src/cache/settings.ts";
import { redisSessionStore } from "../src/store/redis.ts";
import type { SessionStore } from "../src/store/session-store.ts";
import { ready } from "./redis-rig.ts";

/** What a gateway process has: sessions, a bus, and one connection for both. */
export interface RedisProcess {
  readonly connection: RedisConnection;
  readonly store: SessionStore;
  readonly bus: RedisSessionBus;
  readonly sessions: CachedSessions;
  /** Resolves when the cache tells of an event of a kind, from the call on. */
  happens(kind: CacheEvent["kind"]): Promise<void>;
  close(): Promise<void>;
}

/** Starts one, connected and heard by the others. */
export async function startProcess(
  topology: RedisTopology,
  processId: string,
  options: Partial<CachedSessionsOptions> = {},
): Promise<RedisProcess> {
  const connection = connectRedis({ topology });
  await ready(connection);
  const store = redisSessionStore({ connection });
  const bus = redisSessionBus({ connection, processId });
  const waiting = new Set<(event: CacheEvent) => void>();
  const observe = (event: CacheEvent) => {
    for (const hear of waiting) hear(event);
  };
  const sessions = cachedSessions({ store, bus, observe, maxRetryMs: 500, ...options });
  await bus.ready;
  return {
    connection,
    store,
    bus,
    sessions,
    happens: (kind) =>
      new Promise((resolve) => {
        const hear = (event: CacheEvent) => {
          if (event.kind !== kind) return;
          waiting.delete(hear);
          resolve();
        };
        waiting.add(hear);
      }),
    async close() {
      sessions.close();
      bus.close();
      await connection.close();
    },
  };
}

/** The value that a process has of a session, or what the outcome is instead. */
export async function valueAt({ sessions }: RedisProcess, id: string): Promise<string> {
  const read = await sessions.read(id);
  return read.outcome === "found" ? read.record.value : `<${read.outcome}>`;
}
