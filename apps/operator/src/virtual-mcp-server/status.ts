import type { DiscoveredBackend, VirtualMCPServerStatus } from "@headgate/api/kinds";
import { type Condition, conditionsFrom, type WantedCondition } from "@headgate/controller";
import { discoveredBackends, isFailing, isRoutable } from "./discovered-backends.ts";
import type { PodFacts } from "./health.ts";
import { addressOf } from "./names.ts";
import type { Observed } from "./observe.ts";
import { type Plan, unenforcedReason } from "./plan.ts";
import type { Verdict } from "./verdicts.ts";

/** What a status is made from. */
export interface StatusInput {
  readonly observed: Observed;
  readonly plan: Plan;
  /** What went wrong while the plan was applied and only a person can repair. */
  readonly hindrances: readonly Verdict[];
  /** What the gateways say of their backends, by the names of their Pods. */
  readonly facts: ReadonlyMap<string, PodFacts>;
  readonly nowMs: number;
}

interface State {
  readonly phase: "Pending" | "Ready" | "Degraded" | "Failed";
  readonly ready: WantedCondition;
}

/** The whole status of a server. The same again as long as nothing of it changes. */
export function statusOf(input: StatusInput): VirtualMCPServerStatus {
  const { observed, plan, facts, hindrances, nowMs } = input;
  const { server, name, namespace } = observed;
  const existing = server.status;
  const verdicts = withHindrances(plan.verdicts, hindrances);
  const backends = discoveredBackends({
    backends: plan.backends,
    facts,
    existing: existing?.discoveredBackends,
    now: `${new Date(nowMs).toISOString().slice(0, 19)}Z`,
  });
  const state = stateOf(input, verdicts, backends);
  const conditions = conditionsFrom({
    existing: existing?.conditions as readonly Condition[] | undefined,
    wanted: [
      ...verdicts.map(({ condition }) => condition),
      ...backendConditions(backends),
      state.ready,
    ],
    observedGeneration: server.metadata.generation,
    nowMs,
  });
  return {
    phase: state.phase,
    message: state.ready.message,
    url: addressOf(namespace, name),
    observedGeneration: server.metadata.generation ?? 0,
    conditions: [...conditions],
    backendCount: backends.filter(isRoutable).length,
    discoveredBackends: [...backends],
    ...hash("oidcConfigHash", observed.oidcConfig),
    ...hash("authzConfigHash", observed.authzConfig),
    ...hash("telemetryConfigHash", observed.telemetryConfig),
  };
}

// What the API server says of an object outweighs what was foreseen of it.
function withHindrances(verdicts: readonly Verdict[], later: readonly Verdict[]): Verdict[] {
  const types = new Set(later.map(({ condition }) => condition.type));
  return [...verdicts.filter(({ condition }) => !types.has(condition.type)), ...later];
}

function hash(
  field: "oidcConfigHash" | "authzConfigHash" | "telemetryConfigHash",
  object:
    | { readonly status?: { readonly configHash?: string | undefined } | undefined }
    | undefined,
): Partial<VirtualMCPServerStatus> {
  const value = object?.status?.configHash;
  return value === undefined ? {} : { [field]: value };
}

function stateOf(
  { observed, plan }: StatusInput,
  verdicts: readonly Verdict[],
  backends: readonly DiscoveredBackend[],
): State {
  const [block] = plan.unenforced;
  if (block !== undefined) {
    const message = `No gateway runs: ${plan.unenforced
      .map(({ path, message: what }) => `${path} ${what}`)
      .join("; ")}.`;
    return notReady("Failed", unenforcedReason(plan) ?? "NotEnforced", message);
  }
  const obstacle = verdicts.find((verdict) => verdict.obstacle !== undefined);
  if (obstacle !== undefined) {
    const { reason, message } = obstacle.condition;
    if (observed.deployment === undefined)
      return notReady(obstacle.phase ?? "Failed", reason, message);
    const sentence = message.endsWith(".") ? message : `${message}.`;
    return notReady(obstacle.phase ?? "Failed", reason, `${sentence} What ran before goes on.`);
  }
  return runningState(observed, backends);
}

function runningState(
  { deployment, spec }: Observed,
  backends: readonly DiscoveredBackend[],
): State {
  const { readyReplicas = 0, conditions = [] } = deployment?.status ?? {};
  if (readyReplicas === 0) {
    const failure = conditions.find(
      ({ type, status, reason }) =>
        (type === "ReplicaFailure" && status === "True") ||
        (type === "Progressing" && status === "False" && reason === "ProgressDeadlineExceeded"),
    );
    if (failure !== undefined) {
      const message = failure.message ?? failure.reason ?? "The Deployment makes no progress.";
      return notReady("Failed", "DeploymentFailed", message);
    }
    const message = spec.replicas === 0 ? "Scaled to zero." : "No gateway is ready yet.";
    return notReady("Pending", "DeploymentNotReady", message);
  }
  const failing = backends.filter(isFailing);
  if (failing.length === 0) {
    const message = `Ready, with ${count(backends.length, "backend")}.`;
    return {
      phase: "Ready",
      ready: { type: "Ready", status: "True", reason: "DeploymentReady", message },
    };
  }
  const names = failing.slice(0, 10).map(({ name }) => name);
  const message = `${failing.length} of ${count(backends.length, "backend")} cannot be used: ${names.join(", ")}.`;
  const reason = failing.length === backends.length ? "BackendsUnavailable" : "BackendsDegraded";
  return notReady("Degraded", reason, message);
}

function notReady(phase: State["phase"], reason: string, message: string): State {
  return { phase, ready: { type: "Ready", status: "False", reason, message } };
}

function backendConditions(backends: readonly DiscoveredBackend[]): WantedCondition[] {
  const failing = backends.filter(isFailing);
  const found: WantedCondition = {
    type: "BackendsDiscovered",
    status: "True",
    reason: "BackendsDiscovered",
    message: `The group has ${count(backends.length, "backend")}.`,
  };
  if (failing.length === 0) return [found];
  const message = failing
    .slice(0, 10)
    .map(({ name, message: why }) => `${name}: ${why ?? "unavailable"}`)
    .join(" ");
  return [found, { type: "Degraded", status: "True", reason: "BackendsDegraded", message }];
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
