import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { LoadedConfig } from "@headgate/gateway-config";
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
  /** Puts those of another configuration in their place; what stays the same is not touched. */
  change(config: LoadedConfig): ChangedBackends;
}

/** What became of backends: those that are not what they were, and all that are to be closed now. */
interface ChangedBackends {
  readonly replaced: ReadonlySet<string>;
  readonly gone: ReadonlyMap<string, Backend>;
}

/** Makes the backends; nothing is opened yet. `clientInfo` is the gateway's own, as JSON text. */
function watchBackends(options: GatewayOptions, clientInfo: string): WatchedBackends {
  const { metrics } = options;
  const make = makerOf(options, clientInfo);
  let running = options.config;
  const backends = make(running, running.backends);
  const meters = new Map(
    running.backends.map(({ name, transport }) => [name, metrics.backend(name, transport)]),
  );
  const health = new Map(
    [...meters].map(([name, meter]) => [name, healthOf(name, meter, options)]),
  );
  const change = (config: LoadedConfig): ChangedBackends => {
    const kept = new Set(namesOf(config).filter((name) => isSame(name, running, config)));
    const gone = new Map([...backends].filter(([name]) => !kept.has(name)));
    const fresh = make(
      config,
      config.backends.filter(({ name }) => !kept.has(name)),
    );
    const [oldBackends, oldHealth] = [new Map(backends), new Map(health)];
    for (const map of [backends, health]) map.clear();
    for (const { name, transport } of config.backends) {
      const backend = fresh.get(name) ?? oldBackends.get(name);
      if (backend === undefined) continue;
      const meter = meters.get(name) ?? metrics.backend(name, transport);
      meters.set(name, meter);
      backends.set(name, backend);
      const known = kept.has(name) ? oldHealth.get(name) : undefined;
      health.set(name, known ?? healthOf(name, meter, options));
    }
    running = config;
    return { replaced: new Set([...fresh.keys()].filter((name) => gone.has(name))), gone };
  };
  return { backends, health, meters, change };
}

type Make = (config: LoadedConfig, backends: LoadedConfig["backends"]) => Map<string, Backend>;

function makerOf({ settings, env, log }: GatewayOptions, clientInfo: string): Make {
  const slots = { used: 0, max: settings.maxChildren };
  return (config, backends) =>
    makeBackends(
      { ...config, backends },
      {
        clientInfo,
        env,
        slots,
        childIdleMs: settings.childIdleMs,
        maxConnectionsPerBackend: settings.maxConnectionsPerBackend,
        now: () => Date.now(),
        random: Math.random,
        newId: randomUUID,
        childEvent: (event) => logChildEvent(log, event),
        garbage: (backend, reason) => log.warn({ backend, reason }, "ignored what a backend sent"),
      },
    );
}

function namesOf({ backends }: LoadedConfig): readonly string[] {
  return backends.map(({ name }) => name);
}

/** Whether two configurations say the same of a backend and of how the gateway identifies itself to it. */
function isSame(name: string, one: LoadedConfig, other: LoadedConfig): boolean {
  const all = [one, other].map((config) => [
    config.backends.find((backend) => backend.name === name),
    config.outgoingAuth.backends?.[name] ?? config.outgoingAuth.default,
  ]);
  return all[0]?.[0] !== undefined && isDeepStrictEqual(all[0], all[1]);
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

export { watchBackends, type ChangedBackends, type WatchedBackends };
