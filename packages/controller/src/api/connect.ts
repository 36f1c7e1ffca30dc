import { noMetrics, type Metrics } from "../telemetry/metrics.ts";
import { systemClock } from "../time/clock.ts";
import { apiClient } from "./api-client.ts";
import type { ApiClient } from "./client.ts";
import { connectionTo } from "./connection.ts";
import { httpTransport } from "./http-transport.ts";
import type { KubeConfigSource } from "./kube-config-source.ts";
import type { TransportOptions } from "./transport.ts";

/** How an API server is reached. */
export interface ConnectOptions extends TransportOptions {
  readonly kubeConfig: KubeConfigSource;
  readonly metrics?: Metrics;
}

/** A client for the API server that a kubeconfig names; nothing is sent yet. Throws `bad-connection` when it names none. */
export function connect(options: ConnectOptions): ApiClient {
  const { kubeConfig, metrics = noMetrics, ...rest } = options;
  const transport = httpTransport(connectionTo(kubeConfig), rest);
  return apiClient({ transport, metrics, clock: systemClock });
}
