import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { Dispatcher } from "undici";
import { GatewayError } from "../rpc/errors.ts";
import { backendError } from "./backend-error.ts";
import type { Channel } from "./duplex-link.ts";
import { refusedError } from "./http-unanswered.ts";
import type { Oversized } from "./oversized.ts";

interface SseChannelOptions {
  readonly backend: string;
  /** Where the event stream is. */
  readonly url: URL;
  readonly dispatcher: Pick<Dispatcher, "request">;
  /** Credentials and passed-through headers of one request, by lower-case name. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly maxMessageBytes: number;
}

interface SseListener {
  message(text: string): void;
  oversized(message: Oversized): void;
  /** The event stream ended by itself. */
  broke(reason: GatewayError): void;
}

/** The two halves of the HTTP+SSE transport of 2024-11-05 as one channel: messages are POSTed, and come as events of one stream. */
class SseChannel implements Channel {
  /** Goes with every POST once it is known. */
  protocolVersion: string | undefined;
  readonly #options: SseChannelOptions;
  readonly #listener: SseListener;
  readonly #ending = new AbortController();
  readonly #endpoint = Promise.withResolvers<URL>();

  constructor(options: SseChannelOptions, listener: SseListener) {
    this.#options = options;
    this.#listener = listener;
    // Whoever connects hears of it; a stream that breaks later has nobody waiting.
    this.#endpoint.promise.catch(() => undefined);
  }

  /** Opens the event stream and waits for the address to POST to. Rejects with a GatewayError. */
  async connect(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => {
      const what = `opened no event stream within ${timeoutMs} ms`;
      this.#end(backendError("backend-timeout", this.#options.backend, what));
    }, timeoutMs);
    try {
      this.#opened(await this.#exchange({ url: this.#options.url, method: "GET" }));
      await this.#endpoint.promise;
    } catch (error) {
      this.#end(GatewayError.from(error));
      // What was settled first is why it failed, such as the time that ran out.
      await this.#endpoint.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  async send(text: string): Promise<void> {
    const url = await this.#endpoint.promise;
    const response = await this.#exchange({ url, method: "POST", body: text });
    const { statusCode } = response;
    await response.body.dump().catch(() => undefined);
    if (statusCode === 404 || statusCode === 410) {
      const what = `no longer knows its session (HTTP ${statusCode})`;
      throw backendError("backend-lost-session", this.#options.backend, what);
    }
    if (statusCode >= 300) throw refusedError(this.#options.backend, statusCode);
  }

  close(): Promise<void> {
    this.#end(this.#unavailable("is no longer connected"));
    return Promise.resolve();
  }

  async #exchange(request: {
    readonly url: URL;
    readonly method: "GET" | "POST";
    readonly body?: string;
  }): Promise<Dispatcher.ResponseData> {
    const { url, method, body } = request;
    const { dispatcher, headers } = this.#options;
    const version = this.protocolVersion;
    try {
      return await dispatcher.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: {
          ...headers(),
          ...(version !== undefined && { "mcp-protocol-version": version }),
          ...(method === "GET" && { accept: "text/event-stream" }),
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        body: body ?? null,
        signal: this.#ending.signal,
        // The stream may be silent for hours, and some servers acknowledge a POST after the work.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
    } catch (cause) {
      throw this.#unavailable("could not be reached", cause);
    }
  }

  #opened({ statusCode, headers, body }: Dispatcher.ResponseData): void {
    const type = String(headers["content-type"] ?? "").toLowerCase();
    const isStream = statusCode === 200 && type.startsWith("text/event-stream");
    if (!isStream) {
      body.on("error", () => undefined).destroy();
      if (statusCode !== 200) throw refusedError(this.#options.backend, statusCode);
      const what = "opened no event stream; it may speak streamable HTTP instead";
      throw backendError("backend-garbage", this.#options.backend, what);
    }
    const feed = this.#parser();
    body.on("data", feed);
    body.on("error", (cause) => this.#broke("broke off its event stream", cause));
    body.once("end", () => this.#broke("ended its event stream"));
  }

  #parser(): (chunk: Buffer) => void {
    const { maxMessageBytes } = this.#options;
    const decoder = new TextDecoder();
    let overflowed = false;
    const parser = createParser({
      maxBufferSize: maxMessageBytes,
      onEvent: (event) => this.#event(event),
      onError: (error) => {
        overflowed ||= error.type === "max-buffer-size-exceeded";
      },
    });
    return (chunk) => {
      parser.feed(decoder.decode(chunk, { stream: true }));
      if (!overflowed) return;
      overflowed = false;
      // The rest of the event reads as lines without meaning.
      parser.reset();
      this.#listener.oversized({ maxBytes: maxMessageBytes, head: "", tail: "" });
    };
  }

  #event({ event, data }: EventSourceMessage): void {
    if (event === "endpoint") this.#learn(data);
    else if (event === undefined || event === "message") this.#listener.message(data);
  }

  /** Credentials go with every POST, so the address must be the server's own. */
  #learn(address: string): void {
    const { backend, url } = this.#options;
    const endpoint = URL.canParse(address, url.href) ? new URL(address, url) : undefined;
    if (endpoint?.origin === url.origin) return this.#endpoint.resolve(endpoint);
    const what = "asks for its messages at an address of another origin, which is refused";
    this.#end(backendError("backend-garbage", backend, what));
  }

  #broke(what: string, cause?: unknown): void {
    if (this.#ending.signal.aborted) return;
    const reason = this.#unavailable(what, cause);
    this.#end(reason);
    this.#listener.broke(reason);
  }

  #end(reason: GatewayError): void {
    this.#endpoint.reject(reason);
    this.#ending.abort(reason);
  }

  #unavailable(what: string, cause?: unknown): GatewayError {
    return backendError("backend-unavailable", this.#options.backend, what, cause);
  }
}

export { SseChannel, type SseChannelOptions };
