/** What happened to one request to the API server. */
export interface ApiRequestMetric {
  /** The Kubernetes verb: `get`, `list`, `watch`, `create`, `update`, `patch`, `apply` or `delete`. */
  readonly verb: string;
  /** Plural name, group and subresource, as `deployments.apps/status`. */
  readonly resource: string;
  /** HTTP status, or 0 when there was no answer. */
  readonly status: number;
  /** Until the answer was complete, or, for a watch, until it began. */
  readonly durationMs: number;
}

/** How a run of a reconcile ended. */
export type ReconcileEnd = "done" | "requeued" | "failed" | "interrupted";

/** Where figures go; implement it over the metrics library of the program. */
export interface Metrics {
  /** Keys that wait to be run now; those that wait for a time are not counted. */
  readonly queueDepth: (controller: string, depth: number) => void;
  /** How long a key that could have been run waited for a worker. */
  readonly queueWaited: (controller: string, waitedMs: number) => void;
  readonly reconciled: (controller: string, end: ReconcileEnd, durationMs: number) => void;
  readonly apiRequest: (request: ApiRequestMetric) => void;
  /** A list or a watch ended and is taken up again, for a reason of a closed list. */
  readonly informerRetried: (resource: string, reason: string) => void;
  readonly leading: (lease: string, leads: boolean) => void;
}

/** Figures that go nowhere. */
export const noMetrics: Metrics = {
  queueDepth: () => {},
  queueWaited: () => {},
  reconciled: () => {},
  apiRequest: () => {},
  informerRetried: () => {},
  leading: () => {},
};
