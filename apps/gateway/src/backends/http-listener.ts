import { StringDecoder } from "node:string_decoder";
import { createParser } from "eventsource-parser";
import type { Dispatcher } from "undici";
import { GatewayError } from "../rpc/errors.ts";
import { readMessage } from "../rpc/message.ts";
import type { HttpEndpoint } from "./http-endpoint.ts";
import type { Inbound } from "./port.ts";

/** The longest event that is taken; a longer one ends the stream, which is then opened again. */
const MAX_EVENT_CHARS = 16 * 1024 * 1024;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;

/** Keeps one standing GET stream to a backend open while it is wanted, and takes it up again where it broke off. */
class HttpListener {
  readonly #endpoint: HttpEndpoint;
  readonly #headers: () => string[];
  readonly #inbound: Inbound;
  #wanted = false;
  #unsupported = false;
  #controller: Dispatcher.DispatchController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastEventId: string | undefined;
  #retryMs = FIRST_RETRY_MS;

  constructor(endpoint: HttpEndpoint, headers: () => string[], inbound: Inbound) {
    this.#endpoint = endpoint;
    this.#headers = headers;
    this.#inbound = inbound;
  }

  want(wanted: boolean): void {
    if (this.#wanted === wanted) return;
    this.#wanted = wanted;
    if (wanted) return this.#open();
    clearTimeout(this.#timer);
    this.#controller?.abort(new GatewayError("internal", "The stream is no longer wanted."));
    this.#controller = undefined;
  }

  #open(): void {
    if (!this.#wanted || this.#unsupported) return;
    const resume = this.#lastEventId === undefined ? [] : ["last-event-id", this.#lastEventId];
    this.#endpoint.stream([...this.#headers(), ...resume], this.#handler());
  }

  #handler(): Dispatcher.DispatchHandler {
    const decoder = new StringDecoder("utf8");
    const parser = createParser({
      maxBufferSize: MAX_EVENT_CHARS,
      onId: (id) => (this.#lastEventId = id),
      onRetry: (retryMs) => (this.#retryMs = Math.min(Math.max(retryMs, 10), LAST_RETRY_MS)),
      onEvent: (event) => this.#event(event.data),
    });
    return {
      onRequestStart: (controller) => (this.#controller = controller),
      onResponseStart: (controller, status) => {
        if (status === 200) this.#retryMs = FIRST_RETRY_MS;
        else this.#refused(controller, status);
      },
      onResponseData: (_, chunk) => parser.feed(decoder.write(chunk)),
      onResponseEnd: () => this.#again(),
      onResponseError: () => this.#again(),
    };
  }

  /** 405 says that there is no such stream; a forgotten session is opened again by the next request, with it this stream. */
  #refused(controller: Dispatcher.DispatchController, status: number): void {
    if (status === 405 || status === 404 || status === 400) this.#unsupported = status === 405;
    this.#lastEventId = undefined;
    controller.abort(
      new GatewayError("backend-unavailable", `The stream was refused with HTTP ${status}.`),
    );
  }

  #again(): void {
    this.#controller = undefined;
    if (!this.#wanted || this.#unsupported) return;
    this.#timer = setTimeout(() => this.#open(), this.#retryMs);
    this.#timer.unref();
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  #event(data: string): void {
    if (data === "") return;
    try {
      const message = readMessage(data);
      if (message.kind !== "response") this.#inbound.message(message);
    } catch {
      // One broken event is no reason to lose the stream.
    }
  }
}

export { HttpListener };
