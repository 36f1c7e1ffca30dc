import { randomUUID } from "node:crypto";
import {
  memorySessionCounter,
  type ReadOutcome,
  type SessionCounter,
} from "@headgate/session-store";
import type { ItemKind } from "../catalog/backend-catalog.ts";
import type { Catalogs } from "../catalog/catalogs.ts";
import { SessionRegistry } from "../sessions/registry.ts";
import type { GatewayOptions } from "./gateway-options.ts";
import { RESUME_WINDOW_MS } from "./resume-window.ts";
import type { Settings } from "./settings.ts";
import { shareSessions } from "./share-sessions.ts";
import type { SharedRedis } from "./shared-redis.ts";
import type { WatchedBackends } from "./watch-backends.ts";

const MEBIBYTE = 1024 * 1024;

/** What sessions are held with. */
interface HoldSessionsWith {
  catalogs(): Catalogs;
  now(): number;
  /** Where they are kept for other processes; nowhere else than here when omitted. */
  readonly redis: SharedRedis | undefined;
}

/** The registry of sessions; `catalogs` is asked only once there are some. */
function holdSessions(
  options: GatewayOptions,
  { backends, meters }: WatchedBackends,
  { catalogs, now, redis }: HoldSessionsWith,
): SessionRegistry {
  const { settings, metrics } = options;
  const shared = redis && shareSessions(options, redis, () => registry);
  const registry: SessionRegistry = new SessionRegistry({
    shared,
    context: {
      backends,
      now,
      ...(shared && { others: shared }),
      streamLimits: {
        maxEvents: 1_000,
        maxBytes: 4 * MEBIBYTE,
        maxUnsentBytes: 16 * MEBIBYTE,
        budget: { used: 0, max: 256 * MEBIBYTE },
      },
      viewOf: (classKey) => catalogs().view(classKey),
      viewWith: (classKey, own) => catalogs().viewWith(classKey, own),
      catalogOf: (classKey, backend) => catalogs().catalogOf(classKey, backend),
      listChanged: (classKey, backend) => catalogs().invalidate(classKey, backend),
      linkFailed: (backend) => catalogs().suspect(backend),
      asked: (backend, method, outcome) => meters.get(backend)?.asked(method, outcome),
    },
    ttlMs: settings.sessionTtlMs,
    maxSessions: settings.maxSessions,
    users: shared?.users ?? usersHere(settings, (id) => registry.here(id) !== undefined),
    refused: (why) => metrics.sessions.refused(why),
    resumeWindowMs: RESUME_WINDOW_MS,
    now,
    newId: randomUUID,
    async join(profile, used) {
      const classKey = await catalogs().join(profile, now());
      await catalogs().tried(classKey, used);
      return classKey;
    },
    leave: (classKey) => catalogs().leave(classKey, now()),
    restored: () => metrics.sessions.restored(),
    ended: ({ facts, openedStreams }, why) => {
      metrics.sessions.ended(why);
      // Of a session without streams here that expired, events expire by themselves.
      if (why === "deleted" || (why === "expired" && openedStreams !== undefined))
        shared?.forget(facts.id);
    },
  });
  return registry;
}

/** Counts the sessions of users in this process. */
function usersHere(
  { userCaps, sessionTtlMs: ttlMs }: Settings,
  isHere: (id: string) => boolean,
): SessionCounter {
  const peek = async (id: string): Promise<ReadOutcome> =>
    isHere(id) ? { outcome: "found", record: { value: "", revision: 1 } } : { outcome: "missing" };
  return memorySessionCounter({ ...userCaps, ttlMs, store: { peek } });
}

/** Tells every session of a class that its lists changed. */
function announce(sessions: SessionRegistry, classKey: string, kinds: readonly ItemKind[]): void {
  for (const session of sessions.values())
    if (session.facts.classKey === classKey) session.announce(kinds);
}

export { announce, holdSessions };
