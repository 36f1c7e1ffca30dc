import type { CatalogProblem } from "../catalog/backend-catalog.ts";
import type { BackendState } from "../telemetry/backend-meter.ts";

/** How one backend is. Nothing of it is secret: no address, credential or stack. */
interface BackendStatus {
  readonly name: string;
  readonly health: BackendState;
  readonly transport: "streamable-http" | "sse" | "stdio";
  /** The strategy by which the gateway identifies itself to the backend, never its values. */
  readonly authType: string;
  /** Protocol revision that was agreed with the backend, once it answered. */
  readonly revision?: string | undefined;
  /** One sentence on why it is not healthy, fit for anybody to read. */
  readonly reason?: string | undefined;
  readonly consecutiveFailures: number;
  /** Times are milliseconds since 1970. */
  readonly lastCheckMs?: number | undefined;
  /** Kind of the last failure, from a closed set. */
  readonly lastErrorCategory?: string | undefined;
  readonly lastTransitionMs?: number | undefined;
  readonly circuitState?: "closed" | "open" | "half-open" | undefined;
  readonly circuitChangedMs?: number | undefined;
}

/** One configured limit; who has used how much of it is not told. */
interface LimitStatus {
  readonly name: string;
  /** `server`, the name of the tool, or what a rule is over. */
  readonly on: string;
  readonly methods: readonly string[];
  readonly scope: "shared" | "perUser";
  readonly maxTokens: number;
  readonly refillPeriodMs: number;
  /** Tokens that one request takes. */
  readonly cost: number;
  readonly mode: "Enforce" | "Audit";
  readonly onStoreFailure: "local" | "open" | "closed";
}

/** How the store of limits is. */
interface LimitStoreStatus {
  readonly kind: "memory" | "redis";
  /** `degraded`: it cannot be asked, and each limit does what its `onStoreFailure` says. */
  readonly state: "connecting" | "healthy" | "degraded";
  /** Since when, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** Decisions that this process took without it. */
  readonly localDecisions: number;
  /** What Redis does when its memory is full, once it said so. */
  readonly evictionPolicy?: string | undefined;
}

/** What became of the configuration file since the start. */
interface ReloadStatus {
  readonly outcome: "applied" | "refused";
  readonly atMs: number;
  /** Why the file was refused, without a value of it. */
  readonly problems: readonly string[];
  /** Blocks that differ from what runs and cannot be changed while it does. */
  readonly needsRestart: readonly string[];
}

/** Where the operational documents get their facts; each is read when asked for. */
interface StatusSource {
  readonly version: string;
  readonly groupRef: string;
  /** Whether backends are checked by themselves, not only when they are called. */
  readonly monitoring: boolean;
  limits(): readonly LimitStatus[];
  limitStore(): LimitStoreStatus;
  /** `undefined` as long as the file has not changed. */
  reload(): ReloadStatus | undefined;
  ready(): Readiness;
  backends(): readonly BackendStatus[];
  catalogProblems(): readonly CatalogProblem[];
}

/** Whether traffic should be sent here, and if not, why. */
type Readiness = "ready" | "starting" | "draining";

/** The body of `/status`: the reference's fields, and ours after them. */
function statusDocument(source: StatusSource): object {
  const backends = source.backends();
  return {
    backends: backends.map((backend) => ({
      name: backend.name,
      health: backend.health,
      transport: backend.transport,
      auth_type: backend.authType,
      mcp_revision: backend.revision,
      reason: backend.reason,
    })),
    healthy: backends.some(({ health }) => health === "healthy"),
    version: source.version,
    group_ref: source.groupRef,
    ready: source.ready() === "ready",
    limits: source.limits().map(limitEntry),
    limit_store: limitStoreEntry(source.limitStore()),
    config_reload: reloadEntry(source.reload()),
    catalog_problems: source.catalogProblems(),
  };
}

function limitEntry(limit: LimitStatus): object {
  return {
    name: limit.name,
    on: limit.on,
    methods: limit.methods,
    scope: limit.scope,
    max_tokens: limit.maxTokens,
    refill_period_ms: limit.refillPeriodMs,
    cost: limit.cost,
    mode: limit.mode,
    on_store_failure: limit.onStoreFailure,
  };
}

/** What the settings of `onStoreFailure` come to, for whoever reads that the store is lost. */
const WITHOUT_STORE = {
  local:
    "each process enforces the whole limit by itself from the moment of loss: with P processes and E restarts of the store empty, a window W admits at most (1 + P + E) x max_tokens + (1 + P) x rate x W",
  open: "calls pass",
  closed: "calls are refused with 503 until the store is back",
};

function limitStoreEntry(store: LimitStoreStatus): object {
  return {
    kind: store.kind,
    state: store.state,
    since: timeText(store.sinceMs),
    local_decisions: store.localDecisions,
    eviction_policy: store.evictionPolicy,
    ...(store.kind === "redis" && { without_it: WITHOUT_STORE }),
  };
}

function reloadEntry(reload: ReloadStatus | undefined): object | undefined {
  return (
    reload && {
      outcome: reload.outcome,
      at: timeText(reload.atMs),
      problems: reload.problems,
      needs_restart: reload.needsRestart,
    }
  );
}

/** Go's zero time, which the reference shows for what has not happened yet. */
const NEVER = "0001-01-01T00:00:00Z";

/** The body of `/api/backends/health`, whose inner names are those of Go fields. */
function healthDocument(source: StatusSource): object {
  if (!source.monitoring) return { monitoring_enabled: false };
  const backends = source.backends();
  const count = (health: BackendState) =>
    backends.filter((backend) => backend.health === health).length;
  return {
    monitoring_enabled: true,
    summary: {
      Total: backends.length,
      Healthy: count("healthy"),
      Degraded: count("degraded"),
      Unhealthy: count("unhealthy"),
      Unknown: count("unknown"),
      Unauthenticated: count("unauthenticated"),
    },
    backends: Object.fromEntries(backends.map((backend) => [backend.name, healthEntry(backend)])),
  };
}

function healthEntry(backend: BackendStatus): object {
  return {
    Status: backend.health,
    ConsecutiveFailures: backend.consecutiveFailures,
    LastCheckTime: timeText(backend.lastCheckMs),
    LastErrorCategory: backend.lastErrorCategory ?? "",
    LastTransitionTime: timeText(backend.lastTransitionMs),
    CircuitState: backend.circuitState ?? "",
    CircuitLastChanged: timeText(backend.circuitChangedMs),
    MCPRevision: backend.revision ?? "",
  };
}

function timeText(timeMs: number | undefined): string {
  return timeMs === undefined ? NEVER : new Date(timeMs).toISOString();
}

/** The body of `/readyz` and its HTTP status. */
function readinessDocument(readiness: Readiness): { status: 200 | 503; body: object } {
  if (readiness === "ready") return { status: 200, body: { status: "ready", mode: "static" } };
  return { status: 503, body: { status: "not_ready", mode: "static", reason: readiness } };
}

export {
  healthDocument,
  readinessDocument,
  statusDocument,
  type BackendStatus,
  type LimitStatus,
  type LimitStoreStatus,
  type Readiness,
  type ReloadStatus,
  type StatusSource,
};
