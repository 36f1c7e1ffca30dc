import { randomUUID } from "node:crypto";
import type { GatewayConfig } from "@headgate/api";
import { memoryStore } from "@headgate/token-bucket";
import { BackendHealth } from "./backends/health.ts";
import { makeBackends } from "./backends/make-backends.ts";
import { aggregate } from "./catalog/aggregate.ts";
import { Catalogs } from "./catalog/catalogs.ts";
import type { Handler } from "./core/call.ts";
import { CallsInFlight } from "./core/calls-in-flight.ts";
import { relay } from "./core/relay.ts";
import { McpEndpoint } from "./edge/mcp-endpoint.ts";
import { passthroughOf } from "./edge/passthrough.ts";
import { admit } from "./layers/admit.ts";
import { limitRate } from "./layers/limit-rate.ts";
import { compileToolLimits, type Limit } from "./layers/tool-limits.ts";
import { observeReplies } from "./observe-replies.ts";
import { notificationText } from "./rpc/reply.ts";
import { SessionRegistry } from "./sessions/registry.ts";
import type { Settings } from "./settings.ts";
import type { BackendMeter } from "./telemetry/backend-meter.ts";
import { logChildEvent } from "./telemetry/log-child-event.ts";
import type { Log } from "./telemetry/log.ts";
import type { Metrics } from "./telemetry/metrics.ts";

/** How long the answer to a call is kept for a client that lost its connection. */
const RESUME_WINDOW_MS = 5 * 60_000;
/** How often silent event streams get a sign of life. */
const KEEP_ALIVE_MS = 15_000;
const SWEEP_MS = 5_000;
/** A call that runs this long is answered as an event stream. */
const STREAM_AFTER_MS = 1_000;
/** Age at which lists are read again although no backend said that they changed. */
const CATALOG_MAX_AGE_MS = 5 * 60_000;

/** What a gateway is made of. */
interface GatewayOptions {
  readonly config: GatewayConfig;
  readonly settings: Settings;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly metrics: Metrics;
  draining(): boolean;
}

/** A gateway without its listener. */
interface Gateway {
  readonly endpoint: McpEndpoint;
  readonly sessions: SessionRegistry;
  readonly catalogs: Catalogs;
  readonly health: ReadonlyMap<string, BackendHealth>;
  readonly limits: readonly Limit[];
  /** Resolves once no call is in flight. */
  whenIdle(): Promise<void>;
  /** Ends sessions, children and sockets. */
  close(): Promise<void>;
}

/** Puts a gateway together: backends at the bottom, the catalogue and sessions over them, the edge on top. */
function createGateway(options: GatewayOptions): Gateway {
  const { config, settings, version, log, metrics } = options;
  const name = config.name ?? "headgate";
  const serverInfo = JSON.stringify({ name, version });
  const now = (): number => performance.now();
  const backends = makeBackends(config, {
    clientInfo: JSON.stringify({ name: "headgate", version }),
    env: options.env,
    slots: { used: 0, max: settings.maxChildren },
    childIdleMs: settings.childIdleMs,
    now: () => Date.now(),
    random: Math.random,
    newId: randomUUID,
    childEvent: (event) => logChildEvent(log, event),
    garbage: (backend, reason) => log.warn({ backend, reason }, "ignored what a backend sent"),
  });
  const calls = new CallsInFlight();
  const meters = new Map(
    (config.backends ?? []).map(({ name: backend, transport }) => [
      backend,
      metrics.backend(backend, transport),
    ]),
  );
  const health = watchHealth(meters, options);
  const catalogs: Catalogs = new Catalogs(
    {
      backends,
      health,
      startupWaitMs: settings.startupWaitMs,
      timing: {
        listTimeoutMs: 30_000,
        maxAgeMs: CATALOG_MAX_AGE_MS,
        probeIntervalMs: settings.probeIntervalMs,
        probeTimeoutMs: settings.probeTimeoutMs,
        random: Math.random,
      },
      aggregate: (catalogsRead) => aggregate(catalogsRead, config.aggregation),
      changed: (classKey, kinds) => announce(sessions, classKey, kinds),
      read: (backend) => meters.get(backend)?.catalogRefreshed(false),
      failed: (backend, err) => {
        meters.get(backend)?.catalogRefreshed(true);
        log.debug({ backend, err }, "catalogue not read");
      },
    },
    JSON.stringify({ name: "headgate", version }),
  );
  const sessions: SessionRegistry = new SessionRegistry({
    context: {
      backends,
      now,
      streamLimits: {
        maxEvents: 1_000,
        maxBytes: 4 * 1024 * 1024,
        maxUnsentBytes: 16 * 1024 * 1024,
        budget: { used: 0, max: 256 * 1024 * 1024 },
      },
      viewOf: (classKey) => catalogs.view(classKey),
      listChanged: (classKey, backend) => catalogs.invalidate(classKey, backend),
      asked: (backend, method, outcome) => meters.get(backend)?.asked(method, outcome),
    },
    ttlMs: settings.sessionTtlMs,
    maxSessions: settings.maxSessions,
    resumeWindowMs: RESUME_WINDOW_MS,
    now,
    ended: (session, why) => {
      catalogs.leave(session.facts.classKey, now());
      metrics.sessions.ended(why);
    },
  });
  const { limits, limitsOf } = compileToolLimits(config.rateLimiting ?? {});
  const endpoint = new McpEndpoint({
    sessions,
    catalogs,
    serverInfo,
    limits: settings.limits,
    handler: admit(health)(
      limitRate({ store: memoryStore(), limitsOf, decided: decisionMeter(metrics), now })(relay),
    ) satisfies Handler,
    replies: {
      streamAfterMs: STREAM_AFTER_MS,
      timeoutMs: (backend) => settings.callTimeoutMs(backend),
      now,
      ...observeReplies({
        log,
        metrics,
        meters,
        health,
        calls,
        now,
        suspect: (backend) => catalogs.suspect(backend),
      }),
    },
    passthrough: passthroughOf(config.passthroughHeaders ?? []),
    draining: options.draining,
    created: () => metrics.sessions.created(),
    exchanged: (httpMethod, httpStatus, failure) =>
      metrics.exchange(httpMethod).done({ httpStatus, failure }),
    broke: (err) => log.error({ err }, "request failed in the gateway"),
  });
  metrics.sessions.watch(() => ({ ...sessions.held(), calls: calls.count }));
  const timers = [
    setInterval(() => sessions.keepStreamsAlive(), KEEP_ALIVE_MS),
    setInterval(() => sessions.sweep(), SWEEP_MS),
  ];
  for (const timer of timers) timer.unref();
  const close = async (): Promise<void> => {
    for (const timer of timers) clearInterval(timer);
    await sessions.close();
    await catalogs.close();
    await Promise.allSettled([...backends.values()].map((backend) => backend.close()));
  };
  return { endpoint, sessions, catalogs, health, limits, whenIdle: () => calls.whenIdle(), close };
}

function watchHealth(
  meters: ReadonlyMap<string, BackendMeter>,
  { settings, log }: GatewayOptions,
): Map<string, BackendHealth> {
  const { unhealthyThreshold, breaker } = settings;
  return new Map(
    [...meters].map(([backend, meter]) => {
      const health = new BackendHealth({
        backend,
        unhealthyThreshold,
        breaker,
        now: () => Date.now(),
        changed: ({ status, reason, circuit }) => {
          meter.health(status);
          if (status === "healthy") log.info({ backend, circuit }, "backend is healthy");
          else log.warn({ backend, status, reason, circuit }, "backend is not healthy");
        },
      });
      return [backend, health];
    }),
  );
}

/** Tells every session of a class that its lists changed; templates have no notification of their own. */
function announce(sessions: SessionRegistry, classKey: string, kinds: readonly string[]): void {
  const names = new Set(kinds.map((kind) => (kind === "resourceTemplates" ? "resources" : kind)));
  const texts = [...names].map((kind) => notificationText(`notifications/${kind}/list_changed`));
  for (const session of sessions.values()) {
    if (session.facts.classKey === classKey) for (const text of texts) session.notify(text);
  }
}

function decisionMeter(metrics: Metrics) {
  return (
    limits: readonly Limit[],
    decision: { allowed: boolean; refusedBy?: readonly number[] },
    tookMs: number,
  ): void => {
    metrics.limits.checked(decision.allowed, tookMs / 1000);
    if (decision.allowed)
      for (const limit of limits) metrics.limits.allowed("shared", limit.operation);
    else
      metrics.limits.rejected(
        "shared",
        limits[decision.refusedBy?.[0] ?? 0]?.operation ?? "server",
      );
  };
}

export { createGateway, type Gateway };
