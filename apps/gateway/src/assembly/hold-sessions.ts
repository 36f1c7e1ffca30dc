import { randomUUID } from "node:crypto";
import type { ItemKind } from "../catalog/backend-catalog.ts";
import type { Catalogs } from "../catalog/catalogs.ts";
import { SessionRegistry } from "../sessions/registry.ts";
import type { GatewayOptions } from "./gateway-options.ts";
import { shareSessions } from "./share-sessions.ts";
import type { SharedRedis } from "./shared-redis.ts";
import type { WatchedBackends } from "./watch-backends.ts";

/** How long the answer to a call is kept for a client that lost its connection. */
const RESUME_WINDOW_MS = 5 * 60_000;

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
    resumeWindowMs: RESUME_WINDOW_MS,
    now,
    newId: randomUUID,
    join: (profile) => catalogs().join(profile, now()),
    restored: () => metrics.sessions.restored(),
    ended: (session, why) => {
      catalogs().leave(session.facts.classKey, now());
      metrics.sessions.ended(why);
    },
  });
  return registry;
}

/** Tells every session of a class that its lists changed. */
function announce(sessions: SessionRegistry, classKey: string, kinds: readonly ItemKind[]): void {
  for (const session of sessions.values())
    if (session.facts.classKey === classKey) session.announce(kinds);
}

export { announce, holdSessions };
