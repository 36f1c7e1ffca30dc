import type { LoadedConfig } from "../config/check.ts";
import type {
  BackendStatus,
  LimitStatus,
  Readiness,
  StatusSource,
} from "../http/status-document.ts";
import type { Gateway } from "./gateway.ts";

/** What status pages are read from. */
interface StatusSourceOptions {
  readonly config: LoadedConfig;
  readonly gateway: Gateway;
  readonly version: string;
  ready(): Readiness;
}

/** The facts behind `/status` and `/api/backends/health`, read anew for each request. */
function statusSource({ config, gateway, version, ready }: StatusSourceOptions): StatusSource {
  return {
    version,
    groupRef: config.groupRef ?? "",
    monitoring: true,
    limits: gateway.limits.map(({ tool, bucket }): LimitStatus => ({
      on: tool ?? "server",
      scope: "shared",
      maxTokens: bucket.capacity,
      refillPeriodMs: bucket.periodMicros / 1000,
    })),
    ready,
    backends: () => config.backends.map((backend) => backendStatus(backend, config, gateway)),
    catalogProblems: () => gateway.catalogs.plain.problems,
  };
}

function backendStatus(
  backend: LoadedConfig["backends"][number],
  config: LoadedConfig,
  gateway: Gateway,
): BackendStatus {
  const strategy = config.outgoingAuth.backends?.[backend.name] ?? config.outgoingAuth.default;
  const facts = gateway.health.get(backend.name)?.facts;
  return {
    name: backend.name,
    health: facts?.status ?? "unknown",
    transport: backend.transport,
    authType: strategy?.type ?? "unauthenticated",
    revision: facts?.revision,
    reason: facts?.reason,
    consecutiveFailures: facts?.consecutiveFailures ?? 0,
    lastCheckMs: facts?.lastCheckMs,
    lastTransitionMs: facts?.lastTransitionMs,
    circuitState: facts?.circuit,
    circuitChangedMs: facts?.circuitChangedMs,
  };
}

export { statusSource };
