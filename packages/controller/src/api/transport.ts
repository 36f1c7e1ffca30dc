/** One HTTP request to the API server. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly accept?: string;
  readonly contentType?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** What the API server answered, whatever its status. */
export interface ApiAnswer {
  readonly status: number;
  /** The parsed JSON body, or its text where that is not JSON. */
  readonly body: unknown;
  readonly retryAfterMs?: number;
}

/** An answer that goes on: either a refusal, or lines that arrive one by one. */
export type ApiStream =
  | { readonly status: 200; readonly lines: AsyncIterable<string> }
  | (ApiAnswer & { readonly lines?: undefined });

/** The way to an API server; failures to get any answer are thrown as `ControllerError`. */
export interface Transport {
  readonly send: (request: ApiRequest) => Promise<ApiAnswer>;
  readonly stream: (request: ApiRequest) => Promise<ApiStream>;
  /** Lets go of every connection. */
  readonly close: () => void;
}

/** What a way to an API server can be told. */
export interface TransportOptions {
  /** What this program calls itself; the audit log of the API server names it. */
  readonly userAgent: string;
  /** A request without a complete answer after this many milliseconds fails with `timed-out`; for a watch, one that has not begun. 20 s by default. */
  readonly timeoutMs?: number;
}
