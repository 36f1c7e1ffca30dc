import type { DiscoveredBackend } from "@headgate/api/kinds";
import type { PlannedBackend } from "./backends.ts";
import type { BackendFacts, PodFacts } from "./health.ts";

/** What backends are listed from. */
export interface BackendsInput {
  readonly backends: readonly PlannedBackend[];
  /** What the gateways say, by the names of their Pods. */
  readonly facts: ReadonlyMap<string, PodFacts>;
  /** What the status holds now. */
  readonly existing: readonly DiscoveredBackend[] | undefined;
  readonly now: string;
}

/**
 * The backends for the status. An entry that would say the same as before stays as it was, so that nothing but a
 * transition is a write: times and counters move with what they are about.
 */
export function discoveredBackends(input: BackendsInput): readonly DiscoveredBackend[] {
  const { backends, facts, existing = [], now } = input;
  return backends.map((backend) => {
    const reports = [...facts.values()].flatMap((pod) => pod.get(backend.name) ?? []);
    const entry = entryFor(backend, reports, now);
    const before = existing.find(({ name }) => name === entry.name);
    return before !== undefined && essence(before) === essence(entry) ? before : entry;
  });
}

function essence(entry: DiscoveredBackend): string {
  const { name, url, status, message, authType, authConfigRef, mcpRevision, circuitBreakerState } =
    entry;
  return JSON.stringify([
    name,
    url,
    status,
    message,
    authType,
    authConfigRef,
    mcpRevision,
    circuitBreakerState,
  ]);
}

function entryFor(
  { name, url, authType, authConfig, problem }: PlannedBackend,
  reports: readonly BackendFacts[],
  now: string,
): DiscoveredBackend {
  const about = {
    name,
    ...(url !== undefined && { url }),
    ...(authType !== undefined && { authType }),
    ...(authConfig !== undefined && { authConfigRef: authConfig }),
  };
  if (problem !== undefined) return { ...about, status: "unavailable", message: problem.message };
  const worst = worstOf(reports);
  if (worst === undefined) return { ...about, status: "unknown" };
  const status = statusOf(reports);
  const message = messageFor(status, worst);
  const revision = reports.find((report) => report.revision !== "")?.revision;
  return {
    ...about,
    status,
    ...(message !== undefined && { message }),
    ...(revision !== undefined && { mcpRevision: revision }),
    lastHealthCheck: now,
    ...(worst.consecutiveFailures > 0 && { consecutiveFailures: worst.consecutiveFailures }),
    ...(worst.circuit && { circuitBreakerState: worst.circuit }),
    ...(worst.circuitChanged !== undefined && { circuitLastChanged: worst.circuitChanged }),
  };
}

const STATUS = {
  unhealthy: "unavailable",
  degraded: "degraded",
  unauthenticated: "unauthenticated",
  unknown: "unknown",
  healthy: "ready",
} as const;
const WORST_FIRST = Object.keys(STATUS) as readonly (keyof typeof STATUS)[];

function worstOf(reports: readonly BackendFacts[]): BackendFacts | undefined {
  return reports.toSorted(
    (a, b) => WORST_FIRST.indexOf(a.status) - WORST_FIRST.indexOf(b.status),
  )[0];
}

// A backend that some gateways reach and others do not is there, and not as it should be. A gateway that has not
// looked yet does not change what the others know.
function statusOf(reports: readonly BackendFacts[]): (typeof STATUS)[keyof typeof STATUS] {
  const looked = reports.filter(({ status }) => status !== "unknown");
  const first = looked[0]?.status ?? "unknown";
  return looked.every(({ status }) => status === first) ? STATUS[first] : "degraded";
}

const MESSAGES: Readonly<Record<string, string>> = {
  "backend-auth": "Authentication failed",
  "backend-timeout": "Health check timed out",
  "backend-unavailable": "Connection failed",
};

function messageFor(status: string, { errorCategory, circuit }: BackendFacts): string | undefined {
  if (circuit === "open") return "Circuit breaker OPEN: the backend failed too often.";
  if (status === "ready") return "Healthy";
  if (status === "unauthenticated") return "Authentication failed";
  if (status === "unknown") return undefined;
  return MESSAGES[errorCategory] ?? "Backend unavailable";
}

/** Whether calls can go to a backend, so far as that is known. */
export function isRoutable({ status }: DiscoveredBackend): boolean {
  return status === "ready" || status === "unauthenticated";
}

/** Whether it is known that calls cannot go to a backend as they should. */
export function isFailing({ status }: DiscoveredBackend): boolean {
  return status === "unavailable" || status === "degraded";
}
