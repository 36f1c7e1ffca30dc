import { setTimeout } from "node:timers/promises";
import type { LoadedConfig } from "@headgate/gateway-config";
import type { BackendHealth } from "../backends/health.ts";
import type { Catalogs } from "../catalog/catalogs.ts";
import { CallsInFlight } from "../core/calls-in-flight.ts";
import type { Entrance } from "../edge/entrance.ts";
import { McpEndpoint, type McpEndpointOptions } from "../edge/mcp-endpoint.ts";
import { passthroughOf } from "../edge/passthrough.ts";
import type { ReplyPolicy } from "../edge/reply-policy.ts";
import type { ProtectedResource } from "../identity/protected-resource.ts";
import type { LiveLimits } from "../limits/live-limits.ts";
import type { SessionRegistry } from "../sessions/registry.ts";
import { answerCalls } from "./answer-calls.ts";
import { changeBackends } from "./change-backends.ts";
import { followCatalogs } from "./follow-catalogs.ts";
import type { GatewayOptions } from "./gateway-options.ts";
import { announce, holdSessions } from "./hold-sessions.ts";
import { identifyCallers } from "./identify-callers.ts";
import { observeReplies } from "./observe-replies.ts";
import { sharedRedis, type SharedRedis } from "./shared-redis.ts";
import type { StoreOfLimits } from "./store-of-limits.ts";
import { watchBackends, type WatchedBackends } from "./watch-backends.ts";

/** How often silent event streams get a sign of life. */
const KEEP_ALIVE_MS = 15_000;
const SWEEP_MS = 5_000;
/** How long backends may take to hear that sessions end, before what is left is cut off. */
const GOODBYE_MS = 3_000;
/** A call that runs this long is answered as an event stream. */
const STREAM_AFTER_MS = 1_000;

/** A gateway without its listener. */
interface Gateway {
  readonly entrance: Entrance;
  /** What clients are told of how to be let in. */
  readonly site: ProtectedResource | undefined;
  readonly sessions: SessionRegistry;
  readonly catalogs: Catalogs;
  readonly health: ReadonlyMap<string, BackendHealth>;
  /** The limits in force, which may be changed while it runs. */
  readonly limits: LiveLimits;
  readonly limitStore: Pick<StoreOfLimits, "status" | "firstTried">;
  /** Puts backends, credentials for them and aggregation of another configuration in force. */
  change(config: LoadedConfig): void;
  /** Resolves once no call is in flight. */
  whenIdle(): Promise<void>;
  /** Ends sessions, children and sockets. */
  close(): Promise<void>;
}

/** Puts a gateway together: backends at the bottom, the catalogue and sessions over them, the edge on top. */
function createGateway(options: GatewayOptions): Gateway {
  const { config, version, metrics } = options;
  const now = (): number => performance.now();
  const calls = new CallsInFlight();
  let running = config;
  const door = identifyCallers(options);
  const clientInfo = JSON.stringify({ name: "headgate", version });
  const watched = watchBackends(options, clientInfo);
  const redis = sharedRedis(options);
  const sessions = holdSessions(options, watched, { catalogs: () => catalogs, now, redis });
  const catalogs: Catalogs = followCatalogs(options, watched, {
    clientInfo,
    aggregation: () => running.aggregation,
    changed: (classKey, kinds) => announce(sessions, classKey, kinds),
  });
  const { limits, limitStore, ...handling } = answerCalls(options, watched, { redis, now });
  const suspect = (backend: string): void => catalogs.suspect(backend);
  const replies = replyPolicy(options, watched, { calls, now, suspect });
  const endpoint = endpointOf(options, { sessions, catalogs, ...handling, replies });
  metrics.watchConnections(() => connectionsOf(watched));
  metrics.sessions.watch(() => ({ ...sessions.held(), calls: calls.count }));
  const stopTimers = keepUp(sessions, catalogs, now);
  const close = async (): Promise<void> => {
    stopTimers();
    await endAll({ sessions, catalogs, watched, limitStore, redis });
    await door.close();
  };
  return {
    entrance: door.entranceTo(endpoint),
    site: door.site,
    sessions,
    catalogs,
    health: watched.health,
    limits,
    limitStore,
    change: (next) => {
      running = next;
      changeBackends({ watched, sessions, catalogs }, next);
    },
    whenIdle: () => calls.whenIdle(),
    close,
  };
}

function endpointOf(
  { config, settings, version, log, metrics, draining }: GatewayOptions,
  parts: Pick<
    McpEndpointOptions,
    "sessions" | "catalogs" | "handler" | "handleAhead" | "limiter" | "replies"
  >,
): McpEndpoint {
  return new McpEndpoint({
    ...parts,
    serverInfo: JSON.stringify({ name: config.name, version }),
    limits: settings.limits,
    passthrough: passthroughOf(config.passthroughHeaders ?? []),
    draining,
    created: () => metrics.sessions.created(),
    exchanged: (method, httpStatus, failure) =>
      metrics.exchange(method).done({ httpStatus, failure }),
    broke: (err) => log.error({ err }, "request failed in the gateway"),
  });
}

function replyPolicy(
  { settings, log, metrics }: GatewayOptions,
  watched: WatchedBackends,
  own: Pick<Parameters<typeof observeReplies>[0], "calls" | "now" | "suspect">,
): ReplyPolicy {
  return {
    streamAfterMs: STREAM_AFTER_MS,
    timeoutMs: settings.callTimeoutMs,
    now: own.now,
    ...observeReplies({ ...watched, ...own, log, metrics }),
  };
}

function connectionsOf({ backends }: WatchedBackends): Map<string, number> {
  const counts = [...backends].map(([name, { connections }]): [string, number] => [
    name,
    connections ?? -1,
  ]);
  return new Map(counts.filter(([, count]) => count >= 0));
}

/** What holds connections and processes, to be ended in this order. */
interface Holding {
  readonly sessions: SessionRegistry;
  readonly catalogs: Catalogs;
  readonly watched: WatchedBackends;
  readonly limitStore: StoreOfLimits;
  readonly redis: SharedRedis | undefined;
}

async function endAll({ sessions, catalogs, watched, limitStore, redis }: Holding): Promise<void> {
  // A backend that hangs must not keep the children of others from being stopped.
  await within(GOODBYE_MS, [sessions.close(), catalogs.close()]);
  await Promise.allSettled([...watched.backends.values()].map((backend) => backend.close()));
  limitStore.close();
  await redis?.connection.close();
}

/** Keeps streams alive and ends what nobody uses, until the answer is called. */
function keepUp(sessions: SessionRegistry, catalogs: Catalogs, now: () => number): () => void {
  const timers = [
    setInterval(() => sessions.keepStreamsAlive(), KEEP_ALIVE_MS),
    setInterval(() => {
      sessions.sweep();
      catalogs.sweep(now());
    }, SWEEP_MS),
  ];
  for (const timer of timers) timer.unref();
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

/** Resolves when all are settled, or after `ms`. */
async function within(ms: number, all: readonly Promise<void>[]): Promise<void> {
  const timer = new AbortController();
  const passed = setTimeout(ms, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([Promise.allSettled(all), passed]);
  timer.abort();
}

export { createGateway, type Gateway };
