import { randomUUID } from "node:crypto";
import { BackendHealth } from "../backends/health.ts";
import { makeBackends } from "../backends/make-backends.ts";
import type { Backend } from "../backends/port.ts";
import type { BackendMeter } from "../telemetry/backend-meter.ts";
import { logChildEvent } from "../telemetry/log-child-event.ts";
import type { GatewayOptions } from "./gateway-options.ts";

/** The backends of a gateway by name, in configuration order, with what is known of each. */
interface WatchedBackends {
  readonly backends: ReadonlyMap<string, Backend>;
  readonly health: ReadonlyMap<string, BackendHealth>;
  readonly meters: ReadonlyMap<string, BackendMeter>;
}

/** Makes the backends; nothing is opened yet. `clientInfo` is the gateway's own, as JSON text. */
function watchBackends(options: GatewayOptions, clientInfo: string): WatchedBackends {
  const { config, settings, env, log, metrics } = options;
  const backends = makeBackends(config, {
    clientInfo,
    env,
    slots: { used: 0, max: settings.maxChildren },
    childIdleMs: settings.childIdleMs,
    maxConnectionsPerBackend: settings.maxConnectionsPerBackend,
    now: () => Date.now(),
    random: Math.random,
    newId: randomUUID,
    childEvent: (event) => logChildEvent(log, event),
    garbage: (backend, reason) => log.warn({ backend, reason }, "ignored what a backend sent"),
  });
  const meters = new Map(
    config.backends.map(({ name, transport }) => [name, metrics.backend(name, transport)]),
  );
  const health = new Map(
    [...meters].map(([name, meter]) => [name, healthOf(name, meter, options)]),
  );
  return { backends, health, meters };
}

function healthOf(
  backend: string,
  meter: BackendMeter,
  { settings, log }: GatewayOptions,
): BackendHealth {
  return new BackendHealth({
    backend,
    unhealthyThreshold: settings.unhealthyThreshold,
    breaker: settings.breaker,
    now: () => Date.now(),
    changed: ({ status, reason, circuit }) => {
      meter.health(status);
      if (status === "healthy") log.info({ backend, circuit }, "backend is healthy");
      else log.warn({ backend, status, reason, circuit }, "backend is not healthy");
    },
  });
}

export { watchBackends, type WatchedBackends };
