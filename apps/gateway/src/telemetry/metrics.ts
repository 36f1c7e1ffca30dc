import { collectDefaultMetrics } from "prom-client";
import { authMeter, type AuthMeter } from "./auth-meter.ts";
import { BackendMeters, type BackendMeter } from "./backend-meter.ts";
import { MetricBook } from "./exposition.ts";
import { limitMeter, type LimitMeter } from "./limit-meter.ts";
import { OperationMeters, type OperationMeter } from "./operation-meter.ts";
import { reloadMeter, type ReloadMeter } from "./reload-meter.ts";
import { sessionMeter, type SessionMeter } from "./session-meter.ts";
import { sessionStoreMeter, type SessionStoreMeter } from "./session-store-meter.ts";
import { sharingMeter, type SharingMeter } from "./sharing-meter.ts";
import { storeMeter, type StoreMeter } from "./store-meter.ts";

/** What the metrics of a gateway say about which one it is. */
interface MetricsOptions {
  /** Name of the gateway, the label `server`. */
  readonly server: string;
  /** Kubernetes namespace, or `local`. */
  readonly namespace: string;
  readonly version: string;
  /** Adds memory, CPU, event loop and garbage collection of this process. */
  readonly process: boolean;
}

/** The metrics of one gateway. Meters are fetched once and kept; measuring with them costs additions only. */
interface Metrics {
  /**
   * The meter of operations that clients POST. An unknown method is measured as `other`. `name` becomes
   * a label, so it is given only for a tool or prompt that the catalogue lists.
   */
  operation(mcpMethod: string, name?: string): OperationMeter;
  /** The meter of HTTP exchanges that carry no JSON-RPC request, or one that was refused unread. */
  exchange(httpMethod: string): OperationMeter;
  /** The meter of one backend; to be fetched once for each. */
  backend(name: string, transport: string): BackendMeter;
  readonly limits: LimitMeter;
  /** The store of limits. */
  readonly store: StoreMeter;
  readonly reloads: ReloadMeter;
  readonly sessions: SessionMeter;
  readonly sharing: SharingMeter;
  /** Where sessions are kept for other processes. */
  readonly sessionStore: SessionStoreMeter;
  /** Has the sockets to each backend looked up whenever the metrics are read. */
  watchConnections(source: () => ReadonlyMap<string, number>): void;
  readonly auth: AuthMeter;
  /** Everything in the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** How the client edge is called in labels. */
const TRANSPORT = "streamable-http";

/** A sample each 10 ms, the default, costs 5 ms of CPU per second, far more than all else that an idle gateway does. */
const EVENT_LOOP_SAMPLE_MS = 1_000;

/** Metrics of their own for a gateway; nothing is shared between two in a process but the figures of the process. */
function createMetrics(options: MetricsOptions): Metrics {
  const { server, namespace } = options;
  const book = new MetricBook();
  const operations = new OperationMeters(book, { server, transport: TRANSPORT });
  const backends = new BackendMeters(book);
  book.gauge("headgate_build_info", "1, with the version", ["version"]).of(options.version).set(1);
  if (options.process)
    collectDefaultMetrics({
      register: book.registry,
      eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS,
    });
  return {
    operation: (mcpMethod, name) => operations.operation(mcpMethod, name),
    exchange: (httpMethod) => operations.exchange(httpMethod),
    backend: (name, transport) => backends.backend(name, transport),
    limits: limitMeter(book, namespace, server),
    store: storeMeter(book),
    reloads: reloadMeter(book),
    sessions: sessionMeter(book, server, TRANSPORT),
    sharing: sharingMeter(book),
    sessionStore: sessionStoreMeter(book),
    watchConnections: (source) =>
      book.readings(
        "headgate_backend_connections",
        "Sockets open to streamable-HTTP backends",
        "backend",
        source,
      ),
    auth: authMeter(book),
    text: async () => book.registry.metrics(),
    contentType: book.registry.contentType,
  };
}

export { createMetrics, type Metrics, type MetricsOptions };
