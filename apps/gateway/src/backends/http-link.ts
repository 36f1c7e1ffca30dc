import { GatewayError } from "../rpc/errors.ts";
import { notificationText } from "../rpc/reply.ts";
import { backendError } from "./backend-error.ts";
import { INITIALIZED_TEXT } from "./handshake.ts";
import type { HttpEndpoint } from "./http-endpoint.ts";
import { initialize } from "./http-handshake.ts";
import { HttpListener } from "./http-listener.ts";
import { HttpRequest, type RequestSession } from "./http-request.ts";
import { SessionHeaders } from "./http-session.ts";
import type {
  BackendSession,
  Cancel,
  ClientProfile,
  Exchange,
  Inbound,
  Link,
  OutgoingRequest,
  ServerFacts,
} from "./port.ts";
import { soon } from "./soon.ts";

interface HttpLinkOptions {
  readonly endpoint: HttpEndpoint;
  readonly profile: ClientProfile;
  readonly inbound: Inbound;
  /** The backend's fixed headers, by lower-case name; they win over those passed through. */
  readonly headers: Readonly<Record<string, string>>;
  readonly handshakeTimeoutMs: number;
  /** A session that another link opened, to go on in. */
  readonly known?: BackendSession;
}

/** A session with a streamable-HTTP backend. A session that the backend forgot is opened again once, unseen. */
class HttpLink implements Link, RequestSession {
  readonly endpoint: HttpEndpoint;
  readonly #options: HttpLinkOptions;
  readonly #listener: HttpListener;
  /** Requests under way; there is no set of none, as most links are idle. */
  #requests: Set<HttpRequest> | undefined;
  /** Cancellations on their way. */
  #telling: Set<Promise<void>> | undefined;
  #passed: Readonly<Record<string, string>>;
  #headers: SessionHeaders;
  #sessionId: string | undefined;
  #server: ServerFacts | undefined;
  #opening: Promise<void> | undefined;
  #generation = 0;
  #replayed: Promise<void> | undefined;
  #closed = false;

  constructor(options: HttpLinkOptions) {
    this.endpoint = options.endpoint;
    this.#options = options;
    this.#passed = options.profile.headers;
    if (options.known !== undefined) this.#server = factsOf(options.known);
    this.#sessionId = options.known?.id;
    this.#headers = this.#headersOf(this.#sessionId, this.#server?.protocolVersion);
    this.#listener = new HttpListener({
      endpoint: options.endpoint,
      inbound: options.inbound,
      headers: () => this.#headers.get,
      lost: () => this.#lost(),
      now: () => performance.now(),
    });
  }

  get server(): ServerFacts {
    if (this.#server === undefined)
      throw new GatewayError("internal", "The link was used before its handshake.");
    return this.#server;
  }

  get session(): BackendSession | undefined {
    if (this.#server === undefined) return undefined;
    const { protocolVersion, capabilities } = this.#server;
    return { id: this.#sessionId, protocolVersion, logging: capabilities["logging"] !== undefined };
  }

  get headers(): SessionHeaders {
    return this.#headers;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Opens the session; concurrent callers share one attempt. */
  handshake(): Promise<void> {
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  request(request: OutgoingRequest, exchange: Exchange): Cancel {
    if (this.#closed) return soon(() => exchange.failed(this.#closedError()));
    const sent = new HttpRequest(this, request, exchange);
    (this.#requests ??= new Set()).add(sent);
    sent.send();
    return (reason) => this.#cancel(sent, reason);
  }

  /**
   * What a client sends beside its requests is about the session that it is sent in: answers to that session's questions,
   * news for who asked in it. In a session that the backend forgot it is of no use to the next one, so that it opens none.
   */
  async send(text: string): Promise<void> {
    if (this.#closed) throw this.#closedError();
    const status = await this.endpoint.deliver(text, this.#headers.post);
    if (status >= 300) throw this.#unavailable(`refused a message with HTTP ${status}`);
  }

  listen(wanted: boolean): void {
    this.#listener.want(wanted && !this.#closed);
  }

  passHeaders(headers: Readonly<Record<string, string>>): void {
    this.#passed = headers;
    this.#headers = this.#headersOf(this.#sessionId, this.#server?.protocolVersion);
  }

  async reopen(generation: number): Promise<void> {
    if (generation === this.#generation) {
      const first = this.#opening === undefined;
      await this.handshake();
      if (first) this.#replayed = this.#agree();
    }
    // What the client set in the old session holds in the new one before anything runs there.
    await this.#replayed;
  }

  /** Where several processes go on in one client's session, all of them use the session that was the first to be known. */
  async #agree(): Promise<void> {
    const agreed = await this.#options.inbound.reopened();
    if (agreed === undefined || this.#closed) return;
    if (this.#sessionId !== undefined)
      this.endpoint.delete(this.#headers.delete).catch(() => undefined);
    this.#use(agreed.id, factsOf(agreed));
  }

  ended(request: HttpRequest): void {
    this.#requests?.delete(request);
    if (this.#requests?.size === 0) this.#requests = undefined;
  }

  async close({ keepSession } = { keepSession: false }): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.want(false);
    for (const request of this.#requests ?? []) request.failed(this.#closedError());
    // A backend that forgot the session first would not take them any more.
    if (this.#telling !== undefined) await Promise.all(this.#telling);
    if (this.#sessionId !== undefined && !keepSession)
      await this.endpoint.delete(this.#headers.delete).catch(() => undefined);
  }

  async #open(): Promise<void> {
    const { handshakeTimeoutMs } = this.#options;
    const deadline = new AbortController();
    const what = `did not finish its handshake within ${handshakeTimeoutMs} ms`;
    const late = backendError("backend-timeout", this.endpoint.backend, what);
    const timer = setTimeout(() => deadline.abort(late), handshakeTimeoutMs);
    try {
      await this.#shakeHands(deadline.signal);
    } catch (error) {
      throw deadline.signal.aborted ? late : error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The session is used only once the backend knows that its client is ready; until then requests go to the last one. */
  async #shakeHands(signal: AbortSignal): Promise<void> {
    const { endpoint } = this;
    const headers = this.#headersOf(undefined, undefined).post;
    const { id, server } = await initialize(endpoint, this.#options.profile, headers, signal);
    const opened = this.#headersOf(id, server.protocolVersion);
    try {
      const status = await endpoint.deliver(INITIALIZED_TEXT, opened.post, signal);
      if (status >= 300)
        throw this.#unavailable(`refused the end of the handshake with HTTP ${status}`);
      if (this.#closed) throw this.#closedError();
    } catch (error) {
      if (id !== undefined) endpoint.delete(opened.delete).catch(() => undefined);
      throw error;
    }
    this.#use(id, server);
  }

  #use(id: string | undefined, server: ServerFacts): void {
    this.#generation++;
    this.#server = server;
    this.#sessionId = id;
    this.#headers = this.#headersOf(id, server.protocolVersion);
    this.#listener.renew();
  }

  /** Its standing stream says that the session is gone; what it knows of the client is told anew without waiting for a call. */
  #lost(): void {
    if (!this.#closed) this.reopen(this.#generation).catch(() => undefined);
  }

  /** The backend is told before the connection is cut: to some of them a cut connection means nothing. */
  #cancel(request: HttpRequest, reason: string): void {
    if (!request.drop()) return;
    const params = `{"requestId":${request.id},"reason":${JSON.stringify(reason)}}`;
    const told = this.send(notificationText("notifications/cancelled", params)).catch(
      () => undefined,
    );
    const telling = (this.#telling ??= new Set());
    telling.add(told);
    void told.then(() => {
      telling.delete(told);
      request.abort();
    });
  }

  #headersOf(id: string | undefined, protocolVersion: string | undefined): SessionHeaders {
    return new SessionHeaders(
      { id, protocolVersion },
      { ...this.#passed, ...this.#options.headers },
    );
  }

  #closedError(): GatewayError {
    return this.#unavailable("is no longer connected");
  }

  #unavailable(what: string): GatewayError {
    return backendError("backend-unavailable", this.endpoint.backend, what);
  }
}

/** What is known of a backend whose handshake another process did. */
function factsOf({ protocolVersion, logging }: BackendSession): ServerFacts {
  const capabilities = logging ? { logging: {} } : {};
  return { protocolVersion, capabilities, instructions: undefined, serverInfo: "{}" };
}

export { HttpLink };
