import type { MetricBook } from "./exposition.ts";
import { methodLabel } from "./mcp-method.ts";
import { SECONDS } from "./operation-meter.ts";
import type { Cell, Distribution, Family } from "./series.ts";

/** How a backend is judged to be. */
const BACKEND_STATES = ["healthy", "degraded", "unhealthy", "unknown", "unauthenticated"] as const;
/** How a backend is judged to be. */
type BackendState = (typeof BACKEND_STATES)[number];

/** Whether a client was asked what a backend wanted of it. */
type AskOutcome = "forwarded" | "refused";

/** Measures one backend; made once for each. */
interface BackendMeter {
  /** A request to the backend has ended. */
  requestDone(mcpMethod: string, seconds: number, failed: boolean): void;
  /** The whole of the backend's lists was read, or that failed. */
  catalogRefreshed(failed: boolean): void;
  /** The backend asked something of a client (sampling, elicitation, roots). */
  asked(mcpMethod: string, outcome: AskOutcome): void;
  /** The backend is now in this state. */
  health(state: BackendState): void;
}

interface RequestSeries {
  readonly requests: Cell;
  readonly errors: Cell;
  readonly duration: Distribution;
}

/** The families of the backend side. Addresses are no label: whoever can read metrics need not know them. */
class BackendMeters {
  readonly #discovered: Cell;
  readonly #requests: Family<Cell>;
  readonly #errors: Family<Cell>;
  readonly #duration: Family<Distribution>;
  readonly #refreshes: Family<Cell>;
  readonly #asked: Family<Cell>;
  readonly #health: Family<Cell>;

  constructor(book: MetricBook) {
    const target = ["target_workload_id", "target_workload_name", "target_transport_type"];
    const labels = [...target, "action", "mcp_method_name"];
    const prefix = "toolhive_vmcp_backend";
    this.#discovered = book.gauge(`${prefix}s_discovered`, "Configured backends").of();
    this.#requests = book.counter(`${prefix}_requests_total`, "Requests to backends", labels);
    this.#errors = book.counter(`${prefix}_errors_total`, "Failed requests to backends", labels);
    this.#duration = book.histogram(
      `${prefix}_requests_duration_seconds`,
      "Time of requests to backends",
      labels,
      SECONDS,
    );
    this.#refreshes = book.counter(
      "headgate_catalog_refreshes_total",
      "Reads of a backend's lists",
      ["backend", "outcome"],
    );
    this.#asked = book.counter(
      "headgate_server_requests_total",
      "Requests of backends to clients (sampling, elicitation, roots)",
      ["backend", "mcp_method", "outcome"],
    );
    this.#health = book.gauge(
      "headgate_backend_health",
      "1 for the state a backend is in, else 0",
      ["backend", "state"],
    );
  }

  /** The meter of a backend that has just been configured; its state is `unknown`. */
  backend(name: string, transport: string): BackendMeter {
    this.#discovered.add();
    const states = new Map(BACKEND_STATES.map((state) => [state, this.#health.of(name, state)]));
    const health = (current: BackendState): void => {
      for (const [state, cell] of states) cell.set(state === current ? 1 : 0);
    };
    health("unknown");
    const refreshed = this.#refreshes.of(name, "ok");
    const refreshFailed = this.#refreshes.of(name, "failed");
    const requests = this.#requestSeries(name, transport);
    return {
      requestDone(mcpMethod, seconds, failed) {
        const series = requests(mcpMethod);
        series.requests.add();
        series.duration.observe(seconds);
        if (failed) series.errors.add();
      },
      catalogRefreshed: (failed) => (failed ? refreshFailed : refreshed).add(),
      asked: (mcpMethod, outcome) => this.#asked.of(name, methodLabel(mcpMethod), outcome).add(),
      health,
    };
  }

  #requestSeries(name: string, transport: string): (mcpMethod: string) => RequestSeries {
    const known = new Map<string, RequestSeries>();
    return (mcpMethod) => {
      const series = known.get(mcpMethod);
      if (series) return series;
      const label = methodLabel(mcpMethod);
      const labels = [name, name, transport, ACTIONS.get(label) ?? label, label];
      const made = known.get(label) ?? {
        requests: this.#requests.of(...labels),
        errors: this.#errors.of(...labels),
        duration: this.#duration.of(...labels),
      };
      known.set(label, made);
      return made;
    };
  }
}

/** The reference's names for what is done to a backend. */
const ACTIONS: ReadonlyMap<string, string> = new Map([
  ["tools/call", "call_tool"],
  ["resources/read", "read_resource"],
  ["prompts/get", "get_prompt"],
  ["completion/complete", "complete"],
]);

export { BackendMeters, type AskOutcome, type BackendState, type BackendMeter };
