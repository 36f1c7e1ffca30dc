/** Every way in which the gateway itself refuses or fails a request, with its JSON-RPC code and HTTP status. */
const ERRORS = {
  "parse-error": { rpc: -32700, http: 400 },
  "invalid-request": { rpc: -32600, http: 400 },
  "unsupported-version": { rpc: -32600, http: 400 },
  "method-not-found": { rpc: -32601, http: 200 },
  "invalid-params": { rpc: -32602, http: 200 },
  "resource-not-found": { rpc: -32002, http: 200 },
  internal: { rpc: -32603, http: 200 },
  "backend-unavailable": { rpc: -32603, http: 200 },
  "backend-timeout": { rpc: -32603, http: 200 },
  "backend-garbage": { rpc: -32603, http: 200 },
  /** It refused this one request or the credentials that came with it; nothing is wrong with the backend. */
  "backend-refused": { rpc: -32603, http: 200 },
  "backend-lost-session": { rpc: -32603, http: 200 },
  "result-too-large": { rpc: -32603, http: 200 },
  "rate-limited": { rpc: 429, http: 200 },
  /** The store of limits cannot be asked, and one of them is closed without it. */
  "limits-unavailable": { rpc: 503, http: 503 },
  "session-not-found": { rpc: -32600, http: 404 },
  "session-required": { rpc: -32600, http: 400 },
  "too-many-sessions": { rpc: -32603, http: 503 },
  /** One user has or begins too many, whoever else has room. */
  "too-many-sessions-of-user": { rpc: 429, http: 429 },
  /** The store of sessions cannot be asked. */
  "sessions-unavailable": { rpc: -32603, http: 503 },
  "too-many-calls": { rpc: -32603, http: 200 },
  "forbidden-host": { rpc: -32600, http: 403 },
  "forbidden-origin": { rpc: -32600, http: 403 },
  "not-acceptable": { rpc: -32600, http: 406 },
  "unsupported-media-type": { rpc: -32600, http: 415 },
  "too-large": { rpc: -32600, http: 413 },
  "method-not-allowed": { rpc: -32600, http: 405 },
  "shutting-down": { rpc: -32603, http: 503 },
} as const;

type ErrorCode = keyof typeof ERRORS;

/**
 * The one error of the gateway. `message` and `data` are shown to clients, so they name no address,
 * token or stack; `cause` is for logs only.
 */
class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; data?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "GatewayError";
    this.code = code;
    this.data = options.data;
  }

  /** The HTTP status of a response that carries only this error. */
  get httpStatus(): number {
    return ERRORS[this.code].http;
  }

  /** The JSON-RPC error code. */
  get rpcCode(): number {
    return ERRORS[this.code].rpc;
  }

  /** Anything that was thrown, as a GatewayError; what is unknown becomes `internal` and keeps its cause for the log. */
  static from(thrown: unknown): GatewayError {
    if (thrown instanceof GatewayError) return thrown;
    return new GatewayError(
      "internal",
      "The gateway failed to handle this request. Its log has the details.",
      { cause: thrown },
    );
  }
}

export { GatewayError, type ErrorCode };
