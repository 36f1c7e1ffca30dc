import { StringDecoder } from "node:string_decoder";
import { createParser, type EventSourceParser } from "eventsource-parser";
import type { Dispatcher } from "undici";
import { GatewayError } from "../rpc/errors.ts";
import { idKey, idOf, type Message } from "../rpc/message.ts";
import { backendError } from "./backend-error.ts";
import { mediaTypeOf } from "./http-media-type.ts";
import { meansSessionLost, type Unanswered } from "./http-unanswered.ts";
import { answerTo, messagesIn } from "./messages-in.ts";
import type { ByteSink, Exchange } from "./port.ts";

/** Answers up to this size are held and checked; larger JSON bodies are passed on as they arrive. */
const HELD_BYTES = 64 * 1024;
/** How long a backend may leave its stream open after the answer. */
const LINGER_MS = 2_000;
/** How much of a refusal's body is read to tell why. */
const REFUSAL_BYTES = 8 * 1024;
/** Bounds of the time after which a backend may want its stream resumed. */
const MIN_RETRY_MS = 10;
const MAX_RETRY_MS = 60_000;

/** What a `PostHandler` needs to know of its request. */
interface PostOptions {
  readonly backend: string;
  /** The request's id as JSON text. */
  readonly id: string;
  readonly exchange: Exchange;
  readonly maxAnswerBytes: number;
  /** Continues an event stream that broke off; the id of its last event. */
  readonly lastEventId?: string;
  readonly onSessionId?: (id: string | undefined) => void;
  readonly unanswered: (outcome: Unanswered) => void;
  /** Nothing of the request is under way any more. */
  readonly over?: (() => void) | undefined;
}

type Mode = "head" | "json" | "large" | "events" | "refusal" | "done";

/** Reads the response to one POSTed request and tells the exchange, with as little work per answer as can be. */
class PostHandler implements Dispatcher.DispatchHandler {
  readonly #options: PostOptions;
  #controller: Dispatcher.DispatchController | undefined;
  #mode: Mode = "head";
  #status = 0;
  #chunks: Buffer[] = [];
  #size = 0;
  #sink: ByteSink | undefined;
  #parser: EventSourceParser | undefined;
  #decoder: StringDecoder | undefined;
  #lastEventId: string | undefined;
  #retryMs = 1000;
  #lingering: NodeJS.Timeout | undefined;

  constructor(options: PostOptions) {
    this.#options = options;
    this.#lastEventId = options.lastEventId;
  }

  /** Stops reading; the exchange hears nothing more. */
  abort(): void {
    this.#mode = "done";
    this.#controller?.abort(new GatewayError("internal", "The request was ended by the gateway."));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#mode === "done") this.abort();
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (this.#mode === "done" || status < 200) return;
    this.#status = status;
    const session = headers["mcp-session-id"];
    this.#options.onSessionId?.(typeof session === "string" ? session : undefined);
    if (status !== 200) return void (this.#mode = "refusal");
    if (headers["content-encoding"] !== undefined)
      return this.#fail(this.#garbage("a compressed answer, which was not asked for"));
    const type = mediaTypeOf(headers["content-type"]);
    if (type === "text/event-stream") this.#startEvents();
    else if (type === "application/json") this.#mode = "json";
    else this.#fail(this.#garbage(`an answer of the type ${JSON.stringify(type.slice(0, 80))}`));
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#mode === "done") return;
    this.#size += chunk.length;
    if (this.#mode === "large") this.#sink?.write(chunk);
    else if (this.#mode === "events") this.#feed(chunk);
    else {
      this.#chunks.push(chunk);
      if (this.#mode === "json" && this.#size > HELD_BYTES) this.#startLarge();
      if (this.#mode === "refusal" && this.#size > REFUSAL_BYTES) return this.#refused();
    }
    if (this.#size > this.#options.maxAnswerBytes) this.#tooLarge();
  }

  onResponseEnd(): void {
    this.#options.over?.();
    clearTimeout(this.#lingering);
    const mode = this.#mode;
    this.#mode = "done";
    if (mode === "json") this.#answer(this.#text());
    else if (mode === "large") this.#sink?.end();
    else if (mode === "refusal") this.#refused();
    else if (mode === "events" || mode === "head") this.#brokeOff(this.#broken());
  }

  onResponseError(_: Dispatcher.DispatchController, cause: Error): void {
    this.#options.over?.();
    // undici reports a request that it does not take before it returns; the asker has no way to cancel yet.
    if (this.#controller === undefined) queueMicrotask(() => this.#errored(cause));
    else this.#errored(cause);
  }

  #errored(cause: Error): void {
    const mode = this.#mode;
    if (mode === "done") return;
    this.#mode = "done";
    const error = this.#broken(cause);
    if (mode === "large") this.#sink?.abort(error);
    else this.#brokeOff(error);
  }

  #startLarge(): void {
    this.#mode = "large";
    const flow = {
      pause: () => this.#controller?.pause(),
      resume: () => this.#controller?.resume(),
      abort: () => this.abort(),
    };
    this.#sink = this.#options.exchange.largeAnswer(flow);
    for (const chunk of this.#chunks) this.#sink.write(chunk);
    this.#chunks = [];
  }

  #startEvents(): void {
    this.#mode = "events";
    this.#decoder = new StringDecoder("utf8");
    this.#parser = createParser({
      onId: (id) => (this.#lastEventId = id === "" ? undefined : id),
      onRetry: (ms) => (this.#retryMs = Math.min(Math.max(ms, MIN_RETRY_MS), MAX_RETRY_MS)),
      onEvent: (event) => this.#event(event.data),
    });
  }

  #feed(chunk: Buffer): void {
    this.#parser?.feed(this.#decoder?.write(chunk) ?? "");
  }

  #event(data: string): void {
    if (this.#mode !== "events") return;
    // A stream may go on for ever; only what is between two events is held.
    this.#size = 0;
    if (data === "") return this.#options.exchange.streaming();
    const messages = messagesIn(data);
    if (messages.length === 0) return this.#brokenEvent(data);
    for (const message of messages) this.#streamed(message);
  }

  #streamed(message: Message): void {
    if (this.#mode !== "events") return;
    if (message.kind !== "response") return this.#options.exchange.interim(message);
    const answer = answerTo(this.#options.id, message);
    if (answer === undefined) return;
    this.#mode = "done";
    // A backend ends its stream with the answer; one that does not must not keep the socket.
    this.#lingering = setTimeout(() => this.abort(), LINGER_MS).unref();
    this.#options.exchange.answer(answer);
  }

  /** One broken event is no reason to lose the answer that may follow, unless it was the answer. */
  #brokenEvent(data: string): void {
    const id = idOf(data);
    if (id !== undefined && idKey(id) === idKey(this.#options.id))
      this.#fail(this.#garbage("an answer that is no valid JSON-RPC message"));
  }

  #answer(text: string): void {
    const messages = messagesIn(text);
    for (const message of messages) {
      const answer = answerTo(this.#options.id, message);
      if (answer !== undefined) return this.#options.exchange.answer(answer);
      if (message.kind !== "response") this.#options.exchange.interim(message);
    }
    // What it was instead stays out of the log: a backend's page may hold anything.
    const what = messages.length === 0 ? "a JSON-RPC message" : "the answer to this request";
    this.#fail(this.#garbage(`something that is not ${what}`));
  }

  /** Whatever else a refusal goes on to say, it is not the answer. */
  #refused(): void {
    this.abort();
    const body = this.#text();
    const status = this.#status;
    if (meansSessionLost(status, body))
      return this.#options.unanswered({ why: "session-lost", status });
    const refusal = messagesIn(body).find(({ failed }) => failed);
    const answer = refusal && answerTo(this.#options.id, refusal);
    if (answer !== undefined) return this.#options.exchange.answer(answer);
    this.#options.unanswered({ why: "refused", status });
  }

  #brokeOff(error: GatewayError): void {
    this.#options.unanswered({
      why: "broke-off",
      lastEventId: this.#lastEventId,
      retryMs: this.#retryMs,
      error,
    });
  }

  #fail(error: GatewayError): void {
    this.abort();
    this.#options.exchange.failed(error);
  }

  #tooLarge(): void {
    const { backend, maxAnswerBytes } = this.#options;
    const error = backendError(
      "result-too-large",
      backend,
      `sent more than ${maxAnswerBytes} bytes`,
    );
    const sink = this.#sink;
    this.abort();
    if (sink === undefined) this.#options.exchange.failed(error);
    else sink.abort(error);
  }

  #text(): string {
    const [first = Buffer.of()] = this.#chunks;
    const whole = this.#chunks.length <= 1 ? first : Buffer.concat(this.#chunks);
    return whole.toString("utf8");
  }

  #garbage(what: string): GatewayError {
    return backendError("backend-garbage", this.#options.backend, `sent ${what}`);
  }

  #broken(cause?: unknown): GatewayError {
    const what = "closed the connection before it answered";
    return backendError("backend-unavailable", this.#options.backend, what, cause);
  }
}

export { PostHandler };
