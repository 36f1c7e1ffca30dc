import { Pool, type Dispatcher } from "undici";
import type { GatewayError } from "../rpc/errors.ts";
import { backendError } from "./backend-error.ts";
import { PostHandler } from "./http-post.ts";
import type { Unanswered } from "./http-unanswered.ts";
import type { Exchange } from "./port.ts";

/** Sockets for what must not wait behind calls. */
const MAX_PROMPT_CONNECTIONS = 32;

/** Some servers close idle connections after 5 s without saying so beforehand; a call sent just then would be lost. */
const KEEP_IDLE_MS = 4_000;

/** Where a backend is, and how many sockets and bytes it may take. */
interface HttpEndpointOptions {
  readonly name: string;
  readonly url: string;
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string;
  readonly connectTimeoutMs: number;
  /** Sockets for calls; further calls wait for one, in the order in which they came. */
  readonly maxConnections: number;
  /** Calls that wait at most; one more fails at once. */
  readonly maxWaiting: number;
  readonly maxAnswerBytes: number;
}

/** A POST whose answer is awaited through an exchange. */
interface PostRequest {
  readonly id: string;
  readonly text: string;
  readonly headers: string[];
  readonly exchange: Exchange;
  readonly onSessionId?: (id: string | undefined) => void;
  readonly unanswered: (outcome: Unanswered) => void;
}

/**
 * The address of one streamable-HTTP backend and the sockets to it, shared by all sessions:
 * open sockets follow the calls in flight. Standing streams have sockets of their own, so that they never hold up calls,
 * and so has what must not wait behind calls: the client's answers that calls may be waiting for, and the gateway's own requests.
 */
class HttpEndpoint {
  readonly backend: string;
  readonly #path: string;
  readonly #calls: Pool;
  readonly #prompt: Pool;
  readonly #streams: Pool;
  readonly #maxAnswerBytes: number;
  /** Calls that are sent or wait to be. */
  readonly #maxCalls: number;
  #callsUnderWay = 0;

  constructor(options: HttpEndpointOptions) {
    const url = new URL(options.url);
    const connect = {
      timeout: options.connectTimeoutMs,
      ...(options.ca !== undefined && { ca: options.ca }),
    };
    const common = {
      connect,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_IDLE_MS,
      keepAliveMaxTimeout: 300_000,
    };
    this.backend = options.name;
    this.#path = url.pathname + url.search;
    this.#calls = new Pool(url.origin, { ...common, connections: options.maxConnections });
    this.#prompt = new Pool(url.origin, { ...common, connections: MAX_PROMPT_CONNECTIONS });
    this.#streams = new Pool(url.origin, { ...common, connections: null });
    this.#maxAnswerBytes = options.maxAnswerBytes;
    this.#maxCalls = options.maxConnections + options.maxWaiting;
  }

  /** Sockets that are open. */
  get connections(): number {
    const pools = [this.#calls, this.#prompt, this.#streams];
    return pools.reduce((sum, { stats }) => sum + stats.connected, 0);
  }

  /** POSTs a request; the handler can be aborted. One of the gateway's `own` does not wait behind calls. */
  post(request: PostRequest, own = false): PostHandler {
    const handler = new PostHandler({
      backend: this.backend,
      maxAnswerBytes: this.#maxAnswerBytes,
      ...request,
      over: own ? undefined : this.#callOver,
    });
    if (!own && ++this.#callsUnderWay > this.#maxCalls) {
      this.#callOver();
      // The asker has no way to cancel yet, and would cancel in vain.
      queueMicrotask(() => request.exchange.failed(this.#busy()));
      return handler;
    }
    const pool = own ? this.#prompt : this.#calls;
    pool.dispatch(
      { path: this.#path, method: "POST", headers: request.headers, body: request.text },
      handler,
    );
    return handler;
  }

  /** Continues an event stream that broke off, from the event with this id. */
  resume(request: Omit<PostRequest, "text">, lastEventId: string): PostHandler {
    const handler = new PostHandler({
      backend: this.backend,
      maxAnswerBytes: this.#maxAnswerBytes,
      lastEventId,
      ...request,
    });
    const headers = [...request.headers, "last-event-id", lastEventId];
    this.#streams.dispatch({ path: this.#path, method: "GET", headers }, handler);
    return handler;
  }

  /** POSTs a notification or response; resolves to the HTTP status. Rejects with `backend-unavailable`. */
  async deliver(text: string, headers: string[], signal?: AbortSignal): Promise<number> {
    const request = { path: this.#path, method: "POST", headers, body: text } as const;
    return this.#status(signal === undefined ? request : { ...request, signal });
  }

  /** Ends a session; a backend that does not allow it is fine. */
  async delete(headers: string[]): Promise<number> {
    return this.#status({ path: this.#path, method: "DELETE", headers });
  }

  /** Opens a standing event stream. */
  stream(headers: string[], handler: Dispatcher.DispatchHandler): void {
    this.#streams.dispatch({ path: this.#path, method: "GET", headers }, handler);
  }

  async close(): Promise<void> {
    const pools = [this.#calls, this.#prompt, this.#streams];
    await Promise.allSettled(pools.map((pool) => pool.destroy()));
  }

  readonly #callOver = (): void => void this.#callsUnderWay--;

  #busy(): GatewayError {
    const what = `has as many calls waiting as it may have (${this.#maxCalls} with those under way)`;
    return backendError("too-many-calls", this.backend, what);
  }

  async #status(options: Dispatcher.RequestOptions): Promise<number> {
    try {
      const response = await this.#prompt.request({
        ...options,
        headersTimeout: 30_000,
        bodyTimeout: 30_000,
      });
      await response.body.dump();
      return response.statusCode;
    } catch (cause) {
      throw backendError("backend-unavailable", this.backend, "could not be reached", cause);
    }
  }
}

export { HttpEndpoint, type HttpEndpointOptions };
