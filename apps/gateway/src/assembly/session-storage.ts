import {
  cachedSessions,
  recordEnvelope,
  sealedSessions,
  type CachedSessions,
  type CacheEvent,
  type EventLog,
  type RecordEnvelope,
  type SessionBus,
  type SessionCounter,
  type SessionStore,
} from "@headgate/session-store";
import {
  redisEventLog,
  redisSessionBus,
  redisSessionCounter,
  redisSessionStore,
} from "@headgate/session-store/redis";
import type { GatewayOptions } from "./gateway-options.ts";
import { measuredStore } from "./measured-store.ts";
import { recordKeys } from "./record-keys.ts";
import { RESUME_WINDOW_MS } from "./resume-window.ts";
import type { SharedRedis } from "./shared-redis.ts";

/** Everything that the processes of a gateway share of their sessions, each with its own way to it. */
interface SessionStorageParts {
  readonly store: SessionStore;
  /** For so long an answer of the store is waited for. */
  readonly waitMs: number;
  /** In front of the store, for this process. */
  readonly cache: CachedSessions;
  readonly users: SessionCounter;
  readonly events: EventLog;
  readonly bus: SessionBus;
  readonly envelope: RecordEnvelope;
}

/** Who opens it: what the others call this process, and who hears what the cache does. */
interface StorageUser {
  readonly tag: string;
  cached(event: CacheEvent): void;
}

/** For how long a dead Redis may hold up a request, whatever it is asked for. */
const LONGEST_WAIT_MS = 100;
/** What of that is left to limits, which may come into force at any time, and to counting the sessions of a user who begins one. */
const BESIDE_MS = 30;

/** Opens it over the connection that limits use. Throws for a key that is none. */
function sessionStorage(
  { settings, metrics, env }: GatewayOptions,
  { connection, storage }: SharedRedis,
  { tag, cached }: StorageUser,
): SessionStorageParts {
  const prefix = storage.keyPrefix ?? "headgate:";
  const ttlMs = settings.sessionTtlMs;
  const envelope = recordEnvelope({ keys: recordKeys(env) });
  const inRedis = (keys: string) => ({ connection, ttlMs, keyPrefix: `${prefix}${keys}:` });
  const waitMs = LONGEST_WAIT_MS - BESIDE_MS;
  const kept = redisSessionStore({ ...inRedis("session"), deadlineMs: waitMs });
  const measured = (what: SessionStore): SessionStore =>
    measuredStore(what, (...came) => metrics.sessionStore.asked(...came));
  const store = measured(sealedSessions(kept, envelope));
  const bus = redisSessionBus({ connection, processId: tag, keyPrefix: `${prefix}bus:` });
  const { cache: bounds, onStoreFailure = "refuse" } = storage;
  const cache = cachedSessions({ store, ttlMs, bus, ...bounds, onStoreFailure, observe: cached });
  metrics.sessionStore.watch(() => cache.statistics);
  return {
    store,
    waitMs,
    cache,
    users: redisSessionCounter({
      ...inRedis("sessions-of"),
      ...settings.userCaps,
      deadlineMs: BESIDE_MS,
      store: measured(kept),
    }),
    events: redisEventLog({ ...inRedis("events"), ttlMs: RESUME_WINDOW_MS }),
    bus,
    envelope,
  };
}

export { sessionStorage, type SessionStorageParts };
