import { GatewayError } from "../core/errors.ts";
import { readMessage, type Message } from "../rpc/message.ts";
import { notificationText } from "../rpc/reply.ts";
import { answerOnly } from "./answer-only.ts";
import { INITIALIZED_TEXT, initializeText, readServerFacts } from "./handshake.ts";
import type { HttpEndpoint } from "./http-endpoint.ts";
import { HttpListener } from "./http-listener.ts";
import type { PostHandler, Unanswered } from "./http-post.ts";
import { sessionHeaders, type SessionHeaders } from "./http-session.ts";
import type {
  Cancel,
  ClientProfile,
  Exchange,
  Inbound,
  Link,
  OutgoingRequest,
  ServerFacts,
} from "./port.ts";

/** How often a broken event stream of one request is taken up again without any new event. */
const MAX_RESUMES = 5;

interface HttpLinkOptions {
  readonly endpoint: HttpEndpoint;
  readonly profile: ClientProfile;
  readonly inbound: Inbound;
  readonly headers: Readonly<Record<string, string>>;
  readonly handshakeTimeoutMs: number;
}

/** One request on its way; `reopened` once the session was opened anew for it. */
interface Pending {
  readonly request: OutgoingRequest;
  readonly exchange: Exchange;
  handler: PostHandler | undefined;
  timer: NodeJS.Timeout | undefined;
  cancelled: boolean;
  reopened: boolean;
  /** Which opening of the session it was sent in. */
  generation: number;
  resumes: number;
}

/** A session with a streamable-HTTP backend. A session that the backend forgot is opened again once, unseen. */
class HttpLink implements Link {
  readonly #options: HttpLinkOptions;
  readonly #listener: HttpListener;
  readonly #pending = new Set<Pending>();
  #headers: SessionHeaders;
  #sessionId: string | undefined;
  #server: ServerFacts | undefined;
  #opening: Promise<void> | undefined;
  #generation = 0;
  #closed = false;

  constructor(options: HttpLinkOptions) {
    this.#options = options;
    this.#headers = sessionHeaders({ id: undefined, protocolVersion: undefined }, options.headers);
    this.#listener = new HttpListener(options.endpoint, () => this.#headers.get, options.inbound);
  }

  get server(): ServerFacts {
    if (this.#server === undefined)
      throw new GatewayError("internal", "The link was used before its handshake.");
    return this.#server;
  }

  /** Opens the session; concurrent callers share one attempt. */
  handshake(): Promise<void> {
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  request(request: OutgoingRequest, exchange: Exchange): Cancel {
    const pending: Pending = {
      request,
      exchange,
      handler: undefined,
      timer: undefined,
      cancelled: false,
      reopened: false,
      generation: 0,
      resumes: 0,
    };
    this.#pending.add(pending);
    this.#post(pending);
    return (reason) => this.#cancel(pending, reason);
  }

  async send(text: string): Promise<void> {
    const status = await this.#options.endpoint.deliver(text, this.#headers.post);
    if (status >= 300) throw this.#unavailable(`refused a message with HTTP ${status}`);
  }

  listen(wanted: boolean): void {
    this.#listener.want(wanted && !this.#closed);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.want(false);
    for (const pending of this.#pending)
      this.#fail(pending, this.#unavailable("is no longer connected"));
    if (this.#sessionId !== undefined)
      await this.#options.endpoint.delete(this.#headers.delete).catch(() => undefined);
  }

  async #open(): Promise<void> {
    const { endpoint, profile, headers } = this.#options;
    let sessionId: string | undefined;
    const first = sessionHeaders({ id: undefined, protocolVersion: undefined }, headers);
    const answer = await this.#ask(
      initializeText('"headgate:initialize"', profile),
      first.post,
      (id) => (sessionId = id),
    );
    const server = readServerFacts(endpoint.backend, answer);
    this.#generation++;
    this.#server = server;
    this.#sessionId = sessionId;
    this.#headers = sessionHeaders(
      { id: sessionId, protocolVersion: server.protocolVersion },
      headers,
    );
    const status = await endpoint.deliver(INITIALIZED_TEXT, this.#headers.post);
    if (status >= 300)
      throw this.#unavailable(`refused the end of the handshake with HTTP ${status}`);
  }

  #ask(
    text: string,
    headers: string[],
    onSessionId: (id: string | undefined) => void,
  ): Promise<Message> {
    const { endpoint, handshakeTimeoutMs } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    const handler = endpoint.post({
      id: '"headgate:initialize"',
      text,
      headers,
      onSessionId,
      exchange: answerOnly((answer) => resolve(readMessage(answer)), reject),
      unanswered: (outcome) => reject(this.#unansweredError(outcome)),
    });
    const timer = setTimeout(() => {
      handler.abort();
      reject(
        new GatewayError(
          "backend-timeout",
          `The backend ${endpoint.backend} did not finish its handshake within ${handshakeTimeoutMs} ms.`,
        ),
      );
    }, handshakeTimeoutMs);
    return promise.finally(() => clearTimeout(timer));
  }

  #post(pending: Pending): void {
    pending.generation = this.#generation;
    pending.handler = this.#options.endpoint.post({
      id: pending.request.id,
      text: pending.request.text,
      headers: this.#headers.post,
      exchange: this.#watched(pending),
      unanswered: (outcome) => this.#unanswered(pending, outcome),
    });
  }

  /** The asker's exchange, and with the answer the request is forgotten. */
  #watched(pending: Pending): Exchange {
    const { exchange } = pending;
    const done = (): boolean => this.#pending.delete(pending);
    return {
      interim: (message) => {
        pending.resumes = 0;
        exchange.interim(message);
      },
      streaming: () => exchange.streaming(),
      interrupted: (retryMs) => exchange.interrupted(retryMs),
      answer: (text) => void (done() && exchange.answer(text)),
      largeAnswer: (flow) => {
        done();
        return exchange.largeAnswer(flow);
      },
      failed: (error) => this.#fail(pending, error),
    };
  }

  #unanswered(pending: Pending, outcome: Unanswered): void {
    if (pending.cancelled || !this.#pending.has(pending)) return;
    if (outcome.why === "session-lost" && !pending.reopened) return void this.#reopenFor(pending);
    if (
      outcome.why === "broke-off" &&
      outcome.lastEventId !== undefined &&
      pending.resumes < MAX_RESUMES
    )
      return this.#resumeLater(pending, outcome.lastEventId, outcome.retryMs);
    this.#fail(pending, this.#unansweredError(outcome));
  }

  /** The backend refused the request before running it, so that asking again in a new session is safe. */
  async #reopenFor(pending: Pending): Promise<void> {
    pending.reopened = true;
    try {
      if (pending.generation === this.#generation) {
        const first = this.#opening === undefined;
        await this.handshake();
        if (first) this.#options.inbound.reopened();
      }
      if (!pending.cancelled) this.#post(pending);
    } catch (error) {
      this.#fail(pending, GatewayError.from(error));
    }
  }

  #resumeLater(pending: Pending, lastEventId: string, retryMs: number): void {
    pending.resumes++;
    pending.exchange.interrupted(retryMs);
    pending.timer = setTimeout(() => {
      pending.handler = this.#options.endpoint.resume(
        {
          id: pending.request.id,
          headers: this.#headers.get,
          exchange: this.#watched(pending),
          unanswered: (outcome) => this.#unanswered(pending, outcome),
        },
        lastEventId,
      );
    }, retryMs);
  }

  #cancel(pending: Pending, reason: string): void {
    if (!this.#pending.delete(pending)) return;
    pending.cancelled = true;
    clearTimeout(pending.timer);
    const params = `{"requestId":${pending.request.id},"reason":${JSON.stringify(reason)}}`;
    const told = this.send(notificationText("notifications/cancelled", params)).catch(
      () => undefined,
    );
    void told.then(() => pending.handler?.abort());
  }

  #fail(pending: Pending, error: GatewayError): void {
    if (!this.#pending.delete(pending)) return;
    clearTimeout(pending.timer);
    pending.cancelled = true;
    pending.handler?.abort();
    pending.exchange.failed(error);
  }

  #unansweredError(outcome: Unanswered): GatewayError {
    if (outcome.why === "broke-off") return outcome.error;
    if (outcome.why === "session-lost")
      return new GatewayError(
        "backend-lost-session",
        `The backend ${this.#options.endpoint.backend} does not know its session.`,
      );
    const credentials = outcome.status === 401 || outcome.status === 403;
    return this.#unavailable(
      credentials
        ? `refused the gateway's credentials with HTTP ${outcome.status}`
        : `answered with HTTP ${outcome.status}`,
    );
  }

  #unavailable(what: string): GatewayError {
    return new GatewayError(
      "backend-unavailable",
      `The backend ${this.#options.endpoint.backend} ${what}.`,
    );
  }
}

export { HttpLink };
