import type { ErrorCode } from "../rpc/errors.ts";
import type { MetricBook } from "./exposition.ts";
import { methodLabel } from "./mcp-method.ts";
import type { Cell, Distribution, Family } from "./series.ts";

/** How an operation failed: by the gateway's own code, by a backend's JSON-RPC error, or inside the tool (`isError`). */
type Failure = ErrorCode | "backend-error" | "tool-error";

/** How an operation of a client ended. */
interface Outcome {
  readonly httpStatus: number;
  /** Left out where it says nothing, as for a stream that has just been opened. */
  readonly seconds?: number;
  readonly failure?: Failure | undefined;
}

/** Measures one kind of operation; kept by whoever serves it again and again. */
interface OperationMeter {
  done(outcome: Outcome): void;
}

/** What the metrics of all operations are labelled with. */
interface Edge {
  readonly server: string;
  readonly transport: string;
}

const HTTP_METHODS: ReadonlySet<string> = new Set(["GET", "POST", "DELETE"]);
const SECONDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const MAX_METERS = 2_000;

/** The series that one kind of operation adds to when it ends in one way. */
interface OutcomeSeries {
  readonly httpStatus: number;
  readonly failure: Failure | undefined;
  readonly requests: Cell;
  readonly duration: Distribution;
  readonly operation: Distribution | undefined;
  readonly calls: Cell | undefined;
}

/** The families of the client edge, under the names that dashboards for the reference know. */
class OperationMeters {
  readonly #edge: Edge;
  readonly #requests: Family<Cell>;
  readonly #duration: Family<Distribution>;
  readonly #operation: Family<Distribution>;
  readonly #calls: Family<Cell>;
  readonly #meters = new Map<string, Map<string, OperationMeter>>();
  #count = 0;

  constructor(book: MetricBook, edge: Edge) {
    const http = ["method", "status_code", "status", "mcp_method"];
    const labels = [...http, "mcp_resource_id", "server", "transport"];
    this.#edge = edge;
    this.#requests = book.counter(
      "toolhive_mcp_requests_total",
      "Requests on the MCP endpoint",
      labels,
    );
    this.#duration = book.histogram(
      "toolhive_mcp_request_duration_seconds",
      "Time from a request on the MCP endpoint to the end of its answer",
      labels,
      SECONDS,
    );
    this.#calls = book.counter("toolhive_mcp_tool_calls_total", "Calls of listed tools", [
      "server",
      "tool",
      "status",
    ]);
    this.#operation = book.histogram(
      "mcp_server_operation_duration_seconds",
      "Time of one MCP operation",
      OPERATION_LABELS,
      SECONDS,
    );
  }

  /** The meter of a POSTed operation. `name` is that of a tool or prompt which is in the catalogue, else empty: it becomes a label. */
  operation(mcpMethod: string, name = ""): OperationMeter {
    return this.#meter("POST", mcpMethod, name);
  }

  /** The meter of HTTP exchanges whose JSON-RPC request is not known: those that carry none, and those refused unread. */
  exchange(httpMethod: string): OperationMeter {
    return this.#meter(HTTP_METHODS.has(httpMethod) ? httpMethod : "other", "", "");
  }

  #meter(httpMethod: string, mcpMethod: string, name: string): OperationMeter {
    const row = mcpMethod === "" ? `HTTP ${httpMethod}` : mcpMethod;
    const known = this.#meters.get(row)?.get(name);
    if (known) return known;
    if (mcpMethod !== "" && methodLabel(mcpMethod) !== mcpMethod)
      return this.#meter(httpMethod, "other", "");
    if (name !== "" && this.#count >= MAX_METERS) return this.#meter(httpMethod, mcpMethod, "");
    this.#count += 1;
    const meter = new SeriesMeter((httpStatus, failure) =>
      this.#series({ httpMethod, mcpMethod, name, httpStatus, failure }),
    );
    const meters = this.#meters.get(row) ?? new Map<string, OperationMeter>();
    this.#meters.set(row, meters.set(name, meter));
    return meter;
  }

  #series(of: {
    httpMethod: string;
    mcpMethod: string;
    name: string;
    httpStatus: number;
    failure: Failure | undefined;
  }): OutcomeSeries {
    const { httpMethod, mcpMethod, name, httpStatus, failure } = of;
    const { server, transport } = this.#edge;
    const status = failure === undefined && httpStatus < 400 ? "success" : "error";
    const http = [httpMethod, String(httpStatus), status, mcpMethod, name, server, transport];
    const isCall = mcpMethod === "tools/call";
    const protocol = ["2.0", "tcp", "http", "1.1"];
    const genAi = isCall ? ["execute_tool", name, ""] : ["", "", name];
    const operation = [mcpMethod, ...protocol, failure ?? "", ...genAi];
    return {
      httpStatus,
      failure,
      requests: this.#requests.of(...http),
      duration: this.#duration.of(...http),
      operation: mcpMethod === "" ? undefined : this.#operation.of(...operation),
      calls: isCall && name !== "" ? this.#calls.of(server, name, status) : undefined,
    };
  }
}

const OPERATION_LABELS = [
  "mcp_method_name",
  "jsonrpc_protocol_version",
  "network_transport",
  "network_protocol_name",
  "network_protocol_version",
  "error_type",
  "gen_ai_operation_name",
  "gen_ai_tool_name",
  "gen_ai_prompt_name",
];

/** Remembers the series of each way to end; there are few, and most operations end like the one before. */
class SeriesMeter implements OperationMeter {
  readonly #resolve: (httpStatus: number, failure: Failure | undefined) => OutcomeSeries;
  readonly #known: OutcomeSeries[] = [];

  constructor(resolve: (httpStatus: number, failure: Failure | undefined) => OutcomeSeries) {
    this.#resolve = resolve;
  }

  done({ httpStatus, seconds, failure }: Outcome): void {
    const series = this.#of(httpStatus, failure);
    series.requests.add();
    series.calls?.add();
    if (seconds === undefined) return;
    series.duration.observe(seconds);
    series.operation?.observe(seconds);
  }

  #of(httpStatus: number, failure: Failure | undefined): OutcomeSeries {
    for (const known of this.#known)
      if (known.httpStatus === httpStatus && known.failure === failure) return known;
    const series = this.#resolve(httpStatus, failure);
    this.#known.push(series);
    return series;
  }
}

export { OperationMeters, SECONDS, type Failure, type OperationMeter, type Outcome };
