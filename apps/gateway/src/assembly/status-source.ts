import type { LoadedConfig } from "@headgate/gateway-config";
import type {
  BackendStatus,
  LimitStatus,
  Readiness,
  ReloadStatus,
  StatusSource,
} from "../http/status-document.ts";
import { isPerUser, type Limit } from "../limits/limit.ts";
import type { Gateway } from "./gateway.ts";

/** What status pages are read from. */
interface StatusSourceOptions {
  /** What is in force. */
  config(): LoadedConfig;
  readonly gateway: Gateway;
  readonly version: string;
  ready(): Readiness;
  reload(): ReloadStatus | undefined;
}

/** The facts behind `/status` and `/api/backends/health`, read anew for each request. */
function statusSource(options: StatusSourceOptions): StatusSource {
  const { config, gateway, version, ready, reload } = options;
  return {
    version,
    groupRef: config().groupRef ?? "",
    monitoring: true,
    limits: () => gateway.limits.all.map(limitStatus),
    limitStore: () => gateway.limitStore.status(),
    reload,
    ready,
    backends: () => {
      const running = config();
      return running.backends.map((backend) => backendStatus(backend, running, gateway));
    },
    catalogProblems: () => gateway.catalogs.plain.problems,
  };
}

function limitStatus(limit: Limit): LimitStatus {
  const { name, match, bucket } = limit;
  return {
    name,
    on: subjectOf(limit),
    methods: [...match.methods],
    scope: isPerUser(limit) ? "perUser" : "shared",
    maxTokens: bucket.capacity,
    refillPeriodMs: bucket.periodMicros / 1000,
    cost: bucket.weight,
    mode: bucket.audit ? "Audit" : "Enforce",
    onStoreFailure: bucket.onStoreFailure,
  };
}

/** What a limit is over, in one word or list: the server, the name of a tool, or the patterns and backends of a rule. */
function subjectOf({ match: { globs, backends } }: Limit): string {
  const of = backends === undefined ? "" : `of ${[...backends].join(", ")}`;
  if (globs === undefined) return backends === undefined ? "server" : of;
  return [globs.join(", "), of].filter((part) => part !== "").join(" ");
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
