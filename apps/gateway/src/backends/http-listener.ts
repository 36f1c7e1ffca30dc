import { StringDecoder } from "node:string_decoder";
import { createParser, type EventSourceParser } from "eventsource-parser";
import type { Dispatcher } from "undici";
import { GatewayError } from "../rpc/errors.ts";
import { readMessage } from "../rpc/message.ts";
import type { HttpEndpoint } from "./http-endpoint.ts";
import { mediaTypeOf } from "./http-media-type.ts";
import type { Inbound } from "./port.ts";

/** The longest event that is taken; a longer one ends the stream, which is then opened again. */
const MAX_EVENT_CHARS = 16 * 1024 * 1024;
const FIRST_RETRY_MS = 1000;
const MIN_RETRY_MS = 10;
const LAST_RETRY_MS = 30_000;
/** Another process of the gateway may have the session's stream for a moment yet. */
const OTHER_RETRY_MS = 100;

/** What a listener listens to, and for whom. */
interface HttpListenerOptions {
  readonly endpoint: Pick<HttpEndpoint, "stream">;
  /** The headers of the session as they are now. */
  readonly headers: () => string[];
  readonly inbound: Pick<Inbound, "message">;
  /** The backend had such a stream in this session and now does not know the session. */
  readonly lost: () => void;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** One attempt to have the stream. */
interface Attempt {
  controller: Dispatcher.DispatchController | undefined;
  /** Since when the backend lets the stream stand. */
  openedMs: number | undefined;
}

/** Keeps one standing GET stream to a backend open while it is wanted, and takes it up again where it broke off. */
class HttpListener {
  readonly #options: HttpListenerOptions;
  #wanted = false;
  /** The backend has no such stream in this session. */
  #unsupported = false;
  #had = false;
  #current: Attempt | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastEventId: string | undefined;
  /** What the wait goes back to when the stream was of use. */
  #firstRetryMs = FIRST_RETRY_MS;
  #retryMs = FIRST_RETRY_MS;

  constructor(options: HttpListenerOptions) {
    this.#options = options;
  }

  want(wanted: boolean): void {
    if (this.#wanted === wanted) return;
    this.#wanted = wanted;
    if (wanted) this.#open();
    else this.#leave();
  }

  /** There is a new session: what was learnt of the last one is void, and a stream that is wanted is opened in the new one. */
  renew(): void {
    this.#leave();
    this.#unsupported = false;
    this.#had = false;
    this.#lastEventId = undefined;
    this.#retryMs = this.#firstRetryMs = FIRST_RETRY_MS;
    this.#open();
  }

  #open(): void {
    if (!this.#wanted || this.#unsupported) return;
    const { endpoint, headers } = this.#options;
    const resume = this.#lastEventId === undefined ? [] : ["last-event-id", this.#lastEventId];
    const attempt: Attempt = { controller: undefined, openedMs: undefined };
    this.#current = attempt;
    endpoint.stream([...headers(), ...resume], this.#handler(attempt));
  }

  #leave(): void {
    clearTimeout(this.#timer);
    const left = this.#current;
    this.#current = undefined;
    abort(left?.controller, "The stream is no longer wanted.");
  }

  #handler(attempt: Attempt): Dispatcher.DispatchHandler {
    const decoder = new StringDecoder("utf8");
    const parser = this.#parser(attempt);
    return {
      onRequestStart: (controller) => {
        attempt.controller = controller;
        if (this.#current !== attempt) abort(controller, "The stream is no longer wanted.");
      },
      onResponseStart: (controller, status, headers) => {
        if (status < 200) return;
        const stands =
          status === 200 && mediaTypeOf(headers["content-type"]) === "text/event-stream";
        if (stands) {
          this.#had = true;
          attempt.openedMs = this.#options.now();
        } else {
          this.#refused(status);
          abort(controller, `The stream was refused with HTTP ${status}.`);
        }
      },
      onResponseData: (_, chunk) => parser.feed(decoder.write(chunk)),
      onResponseEnd: () => this.#ended(attempt),
      onResponseError: () => this.#ended(attempt),
    };
  }

  #parser(attempt: Attempt): EventSourceParser {
    return createParser({
      maxBufferSize: MAX_EVENT_CHARS,
      onId: (id) => (this.#lastEventId = id === "" ? undefined : id),
      onRetry: (ms) => {
        this.#retryMs = this.#firstRetryMs = Math.min(Math.max(ms, MIN_RETRY_MS), LAST_RETRY_MS);
      },
      onEvent: (event) => this.#event(event.data),
      onError: ({ type }) => {
        if (type !== "max-buffer-size-exceeded") return;
        // The same event would come again after the last id.
        this.#lastEventId = undefined;
        abort(attempt.controller, "The backend sent an event that is too long.");
      },
    });
  }

  /** 404 and 400 speak of the event to go on after, or of a session that is gone, or just say that there is no such stream. */
  #refused(status: number): void {
    if (status === 409 && this.#retryMs === this.#firstRetryMs) this.#retryMs = OTHER_RETRY_MS;
    const resumed = this.#lastEventId !== undefined;
    this.#lastEventId = undefined;
    if (status === 404 || status === 400) {
      if (resumed) return;
      if (this.#had) this.#options.lost();
      else this.#unsupported = true;
    } else if (status === 200 || status === 405 || status === 501) this.#unsupported = true;
  }

  #ended(attempt: Attempt): void {
    if (this.#current !== attempt) return;
    this.#current = undefined;
    if (!this.#wanted || this.#unsupported) return;
    const { openedMs } = attempt;
    const heldMs = openedMs === undefined ? 0 : this.#options.now() - openedMs;
    // A stream that stood longer than one waited for it was worth it; one that is always cut at once is not.
    if (heldMs > this.#retryMs) this.#retryMs = this.#firstRetryMs;
    this.#timer = setTimeout(() => this.#open(), this.#retryMs);
    this.#timer.unref();
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  #event(data: string): void {
    if (data === "") return;
    try {
      const message = readMessage(data);
      this.#retryMs = this.#firstRetryMs;
      if (message.kind !== "response") this.#options.inbound.message(message);
    } catch {
      // One broken event is no reason to lose the stream.
    }
  }
}

function abort(controller: Dispatcher.DispatchController | undefined, why: string): void {
  controller?.abort(new GatewayError("internal", why));
}

export { HttpListener, type HttpListenerOptions };
