import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { LoadedConfig } from "@headgate/gateway-config";
import { createAdaptorServer } from "@hono/node-server";
import { createGateway, type Gateway } from "./assembly/gateway.ts";
import { ConfigReload } from "./assembly/reload-config.ts";
import { settingsOf, type Settings } from "./assembly/settings.ts";
import { statusSource } from "./assembly/status-source.ts";
import { createApp, MCP_PATH } from "./http/app.ts";
import { everythingWritten, sendAway } from "./http/connections.ts";
import type { DrainPhase } from "./http/drain-steps.ts";
import { Drain } from "./http/drain.ts";
import { healthRoutes } from "./http/health.ts";
import { hostCheck } from "./http/host-check.ts";
import { hostPolicy, isLoopbackName } from "./http/host-policy.ts";
import { metadataRoutes } from "./http/resource-metadata.ts";
import type { Readiness } from "./http/status-document.ts";
import { memoryLimitBytes } from "./memory-limit.ts";
import { GatewayError } from "./rpc/errors.ts";
import { inTurns } from "./sessions/round.ts";
import type { Log } from "./telemetry/log.ts";
import { createMetrics, type Metrics } from "./telemetry/metrics.ts";

/** Time for streams and children to end in good order. */
const STOP_MS = 8_000;

/** Time for what clients are still to read. */
const WRITTEN_MS = 2_000;

/** What a running gateway is started with. */
interface ServeOptions {
  readonly config: LoadedConfig;
  readonly host: string;
  readonly port: number;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

/** A gateway that listens. */
interface RunningGateway {
  /** The address of the MCP endpoint. */
  readonly url: string;
  readonly gateway: Gateway;
  /** Takes a changed configuration. */
  readonly reload: ConfigReload;
  /** Takes the gateway out of service; resolves when everything has ended. */
  stop(): Promise<void>;
}

/** Starts a gateway and resolves once it listens. Rejects when the address cannot be had. */
async function serve(options: ServeOptions): Promise<RunningGateway> {
  const { config, log, host } = options;
  const settings = settingsOf(config, memoryLimitBytes());
  const metrics = metricsOf(options);
  const state: { drain?: Drain } = {};
  const draining = (): boolean => state.drain?.accepting === false;
  const gateway = createGateway({ ...options, settings, metrics, draining });
  const { limits } = gateway;
  const meter = metrics.reloads;
  const reload = new ConfigReload({
    running: config,
    limits,
    changeBackends: (next) => gateway.change(next),
    log,
    meter,
    now: Date.now,
  });
  const source = statusSource({
    config: () => reload.running,
    gateway,
    version: options.version,
    ready: readinessOf(gateway, config, () => state.drain?.phase ?? "running"),
    reload: () => reload.status,
  });
  const measured = config.telemetry?.enablePrometheusMetricsPath === false ? undefined : metrics;
  const app = createApp({
    entrance: gateway.entrance,
    guard: hostCheck(hostPolicy({ bindAddress: host, ...config.operational })),
    metadata: metadataRoutes(gateway.site),
    operations: healthRoutes(source, measured),
  });
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: serverOptions(settings),
  }) as Server;
  server.keepAliveTimeout = 120_000;
  state.drain = drainOf({ server, gateway, settings, log });
  await gateway.limitStore.firstTried();
  server.listen(options.port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    await gateway.close();
    throw error;
  }
  const url = urlOf(server, host);
  warnIfOpen(config, host, log);
  log.info({ url, backends: config.backends.map(({ name }) => name) }, "listening");
  return { url, gateway, reload, stop: async () => state.drain?.stop() };
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}${MCP_PATH}`;
}

function metricsOf({ config, env, version }: ServeOptions): Metrics {
  const namespace = env["VMCP_NAMESPACE"] ?? "local";
  return createMetrics({ server: config.name, namespace, version, process: true });
}

/** Sessions of other processes come at once, for which a gateway is ready when it knows what backends offer. */
function readinessOf(
  { catalogs }: Gateway,
  { sessionStorage }: LoadedConfig,
  phase: () => DrainPhase,
): () => Readiness {
  let isStarting = sessionStorage?.provider === "redis";
  if (isStarting) void catalogs.firstView.then(() => (isStarting = false));
  return () => {
    if (phase() !== "running") return "draining";
    return isStarting ? "starting" : "ready";
  };
}

function warnIfOpen({ incomingAuth: { type } }: LoadedConfig, host: string, log: Log): void {
  if (isLoopbackName(host) || type === "oidc") return;
  log.warn(
    { host },
    `ANYBODY who reaches this address can use every backend: incomingAuth is ${type} and the address is not loopback`,
  );
}

/** Slow clients are cut off while they send; how long an answer takes is the business of time-outs of calls. */
function serverOptions(settings: Settings) {
  return {
    maxHeaderSize: settings.limits.maxHeaderBytes,
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    connectionsCheckingInterval: 5_000,
  };
}

/** What a call gets that did not finish in the grace time. */
const stopped = new GatewayError(
  "shutting-down",
  "The gateway stopped before the backend answered.",
);

function drainOf({
  server,
  gateway,
  settings,
  log,
}: {
  server: Server;
  gateway: Gateway;
  settings: Settings;
  log: Log;
}): Drain {
  return new Drain(
    {
      startTimer: (ms, then) => {
        const timer = setTimeout(then, ms);
        return () => clearTimeout(timer);
      },
      stopAccepting: () => void server.close(),
      closeIdleConnections: () => server.closeIdleConnections(),
      whenIdle: () => gateway.whenIdle(),
      closeStreams: async (retryMs) => {
        await inTurns(gateway.sessions.values(), (session) => {
          session.giveUpCalls(stopped);
          session.openedStreams?.hangUp(retryMs);
        });
        await everythingWritten(server, WRITTEN_MS);
      },
      stopBackends: () => gateway.close(),
      closeAllConnections: () => server.closeAllConnections(),
      entered: (phase) => {
        log.info({ phase }, "stopping");
        if (phase === "draining" || phase === "finishing") sendAway(server);
      },
    },
    { ...settings.drain, stopMs: STOP_MS },
  );
}

export { serve, type RunningGateway, type ServeOptions };
