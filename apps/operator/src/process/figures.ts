import type { Metrics } from "@headgate/controller";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** The figures of the operator, and their text for Prometheus. */
export interface Figures {
  readonly metrics: Metrics;
  readonly text: () => Promise<string>;
}

const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** Makes the figures; those of the process are among them. */
export function prometheusFigures(): Figures {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const about = (name: string, help: string, labelNames: readonly string[]) => ({
    name: `headgate_operator_${name}`,
    help,
    labelNames: [...labelNames],
    registers: [registry],
  });
  const depth = new Gauge(about("queue_depth", "Keys that wait to be run.", ["controller"]));
  const waited = new Histogram({
    ...about("queue_wait_seconds", "Time that keys waited for a worker.", ["controller"]),
    buckets: SECONDS,
  });
  const reconciles = new Histogram({
    ...about("reconcile_seconds", "Reconciles, by how they ended.", ["controller", "end"]),
    buckets: SECONDS,
  });
  const requests = new Histogram({
    ...about("api_request_seconds", "Requests to the API server.", ["verb", "resource", "code"]),
    buckets: SECONDS,
  });
  const retries = new Counter(
    about("informer_retries_total", "Lists and watches that were taken up again.", [
      "resource",
      "reason",
    ]),
  );
  const leads = new Gauge(about("leading", "Whether this process leads.", ["lease"]));
  return {
    metrics: {
      queueDepth: (controller, count) => depth.set({ controller }, count),
      queueWaited: (controller, ms) => waited.observe({ controller }, ms / 1000),
      reconciled: (controller, end, ms) => reconciles.observe({ controller, end }, ms / 1000),
      apiRequest: ({ verb, resource, status, durationMs }) =>
        requests.observe({ verb, resource, code: status }, durationMs / 1000),
      informerRetried: (resource, reason) => retries.inc({ resource, reason }),
      leading: (lease, isLeading) => leads.set({ lease }, isLeading ? 1 : 0),
    },
    text: () => registry.metrics(),
  };
}
