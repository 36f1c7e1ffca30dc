import type { ServerResponse } from "node:http";
import type { ByteSink, FlowControl, Link } from "../backends/port.ts";
import type { Addition, Outcome, Refusal, Reply } from "../core/call.ts";
import { GatewayError, type ErrorCode } from "../rpc/errors.ts";
import { idKey, type Message } from "../rpc/message.ts";
import { errorText, isErrorText } from "../rpc/reply.ts";
import type { ClientStream } from "../sessions/client-streams.ts";
import { EVENT_STREAM_HEADERS } from "../sessions/event-stream.ts";
import { PRIMED_VERSION } from "../sessions/primed-version.ts";
import type { Session } from "../sessions/session.ts";
import type { BatchStream } from "./batch-stream.ts";
import { CollectedAnswer, PipedAnswer } from "./large-answer.ts";
import type { Accepted } from "./media-types.ts";
import type { ReplyFacts, ReplyPolicy } from "./reply-policy.ts";
import { sendEmpty, sendJson } from "./respond.ts";
import { withAddition } from "./with-addition.ts";
import { withRenewal } from "./with-renewal.ts";

const SUBSCRIBING: ReadonlySet<string> = new Set(["resources/subscribe", "resources/unsubscribe"]);

/** What a reply answers. */
interface ReplyContext {
  readonly session: Session;
  readonly request: Message;
  readonly response: ServerResponse;
  readonly policy: ReplyPolicy;
  readonly takes: Accepted;
  /** The batch that the request came in; all answers go to its stream. */
  readonly batch?: BatchStream;
}

/**
 * The answer to one POSTed request. It is plain JSON when the answer comes first and soon, and becomes an
 * event stream as soon as the backend has something to say before, or takes its time.
 */
class PostReply implements Reply, ReplyFacts {
  readonly session: Session;
  readonly request: Message;
  readonly startedMs: number;
  backend: string | undefined;
  target: string | undefined;
  failure: ErrorCode | undefined;
  httpStatus = 200;
  readonly #response: ServerResponse;
  readonly #policy: ReplyPolicy;
  readonly #takes: Accepted;
  readonly #key: string;
  readonly #batch: BatchStream | undefined;
  #link: Link | undefined;
  #cancelCall: ((reason: string) => void) | undefined;
  #stream: ClientStream | undefined;
  #piped: PipedAnswer | undefined;
  #addition: Addition | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastHeardMs: number;
  #finished = false;

  /** Throws `invalid-request` when the id is in use, `too-many-calls` when the session has no room for another. */
  constructor(context: ReplyContext) {
    this.session = context.session;
    this.request = context.request;
    this.#response = context.response;
    this.#policy = context.policy;
    this.#takes = context.takes;
    this.#batch = context.batch;
    this.#stream = context.batch?.stream;
    this.startedMs = this.#lastHeardMs = context.policy.now();
    this.#key = idKey(context.request.id);
    this.session.begin(this.#key, this);
    context.policy.began();
    this.#timer = setTimeout(() => this.#tick(), context.policy.streamAfterMs);
    if (this.#batch === undefined) this.#response.once("close", () => this.#disconnected());
  }

  get finished(): boolean {
    return this.#finished;
  }

  sentTo(backend: string, link: Link, cancel: (reason: string) => void): void {
    this.backend = backend;
    this.#link = link;
    this.#cancelCall = cancel;
    // Opening the link has a time-out of its own, so that only now the backend's silence counts.
    this.heard();
    const timeoutMs = this.#policy.timeoutMs(backend);
    if (timeoutMs > 0 && timeoutMs < this.#policy.streamAfterMs) this.#tickIn(timeoutMs);
  }

  /** Ends the call without an answer, as a client that cancelled expects. */
  cancel(reason: string): void {
    if (!this.#finish("cancelled")) return;
    this.#cancelCall?.(reason);
    if (this.#stream !== undefined) this.#endStream(this.#stream);
    else if (this.#piped !== undefined) this.#piped.cancel();
    else if (!this.#takes.events) sendEmpty(this.#response, 202);
    else if (!this.#response.headersSent) this.#response.writeHead(200, EVENT_STREAM_HEADERS).end();
  }

  giveUp(error: GatewayError): void {
    if (this.#finished) return;
    const cancel = this.#cancelCall;
    if (this.#piped === undefined) this.failed(error);
    else this.#piped.abort(error);
    cancel?.(error.message);
  }

  interim(message: Message): void {
    if (this.#finished || this.#link === undefined || this.backend === undefined) return;
    this.heard();
    const text = this.session.receive(this.backend, this.#link, message);
    if (text === undefined) return;
    if (this.#takes.events) this.#streamed().push(text);
    else this.session.notify(text);
  }

  streaming(): void {
    this.heard();
    if (!this.#finished && this.#takes.events) this.#streamed();
  }

  interrupted(retryMs: number): void {
    this.heard();
    if (this.#finished || !this.#takes.events) return;
    const stream = this.#streamed();
    if (this.session.facts.protocolVersion >= PRIMED_VERSION) stream.hangUp(retryMs);
  }

  answer(text: string): void {
    // Of these alone it matters; nobody looks into the answers of calls.
    const failed = SUBSCRIBING.has(this.request.method) && isErrorText(text);
    const whole = withRenewal(withAddition(text, this.#addition), this.session, this.backend);
    this.#answered(whole, failed ? "error" : "result");
  }

  refuse(refusal: Refusal): void {
    if (this.#finished) return;
    this.failure = refusal.code;
    const begun = this.#stream !== undefined || this.#response.headersSent;
    if (begun || refusal.httpStatus === 200) {
      this.#addition = { headers: refusal.headers, meta: undefined };
      return this.#answered(refusal.text, "refused");
    }
    // A status other than 200 has to be the whole response, as JSON whatever the client takes.
    this.httpStatus = refusal.httpStatus;
    this.#finish("refused");
    sendJson(this.#response, refusal.httpStatus, refusal.text, refusal.headers);
  }

  add(addition: Addition): void {
    this.#addition = addition;
  }

  failed(error: GatewayError): void {
    if (this.#finished) return;
    this.#policy.failed(this, error);
    this.#answered(errorText(this.request.id, error), "failed");
  }

  largeAnswer(flow: FlowControl): ByteSink {
    this.#cancelCall = () => flow.abort();
    // To be added to, it has to be whole.
    const added = this.#addition?.meta ?? this.session.renewed?.has(this.backend ?? "");
    if (this.#stream !== undefined || !this.#takes.json || added) return new CollectedAnswer(this);
    this.#piped = new PipedAnswer(this.#response, flow, {
      headers: this.#addition?.headers,
      heard: () => this.heard(),
      ended: (outcome, error) => {
        if (error !== undefined && !this.#finished) this.#policy.failed(this, error);
        this.#finish(outcome);
      },
    });
    return this.#piped;
  }

  /** The backend gave a sign of life. */
  heard(): void {
    this.#lastHeardMs = this.#policy.now();
  }

  #answered(text: string, outcome: Outcome): void {
    if (this.#finished) return;
    if (!this.#takes.json) this.#streamed();
    this.#finish(outcome);
    if (this.#stream !== undefined) {
      this.#stream.push(text);
      this.#endStream(this.#stream);
    } else sendJson(this.#response, 200, text, this.#addition?.headers);
  }

  #streamed(): ClientStream {
    if (this.#stream !== undefined) return this.#stream;
    const stream = this.session.streams.create(this.request.id);
    this.#stream = stream;
    this.#response.writeHead(200, { ...EVENT_STREAM_HEADERS, ...this.#addition?.headers });
    stream.attach(this.#response);
    if (this.session.facts.protocolVersion >= PRIMED_VERSION) stream.prime();
    else this.#response.flushHeaders();
    return stream;
  }

  #endStream(stream: ClientStream): void {
    if (this.#batch === undefined) stream.end(this.#policy.now());
    else this.#batch.release();
  }

  /** Runs at `streamAfterMs`, and whenever the backend may have been silent for too long. */
  #tick(): void {
    const { streamAfterMs, now } = this.#policy;
    const nowMs = now();
    const timeoutMs = this.backend === undefined ? 0 : this.#policy.timeoutMs(this.backend);
    const silentMs = nowMs - this.#lastHeardMs;
    if (timeoutMs > 0 && silentMs >= timeoutMs) {
      // A backend that is held back for the client's sake is not silent.
      if (this.#piped?.held) return this.cancel("The client stopped reading the answer.");
      return this.#timedOut(timeoutMs);
    }
    const toStreamMs = this.startedMs + streamAfterMs - nowMs;
    if (toStreamMs <= 0 && this.#takes.events && this.#piped === undefined) this.#streamed();
    const nextMs = timeoutMs > 0 ? timeoutMs - silentMs : streamAfterMs;
    this.#tickIn(toStreamMs > 0 ? Math.min(toStreamMs, nextMs) : nextMs);
  }

  #tickIn(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tick(), Math.ceil(delayMs));
  }

  #timedOut(timeoutMs: number): void {
    const data = { backend: this.backend, timeoutMs };
    const message = `The backend ${this.backend} did not answer within ${timeoutMs} ms.`;
    this.giveUp(new GatewayError("backend-timeout", message, { data }));
  }

  /** A client that was to get plain JSON can get nothing any more; one with an event stream may come back. */
  #disconnected(): void {
    if (this.#finished || this.#stream !== undefined) return;
    if (this.#finish("cancelled")) this.#cancelCall?.("The client disconnected.");
  }

  #finish(outcome: Outcome): boolean {
    if (this.#finished) return false;
    this.#finished = true;
    clearTimeout(this.#timer);
    this.session.finish(this.#key);
    this.#policy.ended(this, outcome);
    return true;
  }
}

export { PostReply };
