import { GatewayError } from "../rpc/errors.ts";
import type { Message } from "../rpc/message.ts";
import type { HttpEndpoint } from "./http-endpoint.ts";
import type { PostHandler } from "./http-post.ts";
import type { SessionHeaders } from "./http-session.ts";
import { unansweredError, type Unanswered } from "./http-unanswered.ts";
import type { ByteSink, Exchange, FlowControl, OutgoingRequest } from "./port.ts";

/** How often a broken event stream of one request is taken up again without any new event. */
const MAX_RESUMES = 5;

/** The session that a request is sent in. */
interface RequestSession {
  readonly endpoint: HttpEndpoint;
  readonly headers: SessionHeaders;
  /** Counts the openings of the session. */
  readonly generation: number;
  /** Opens the session anew, unless that has happened since `generation`. */
  reopen(generation: number): Promise<void>;
  /** The request is over. */
  ended(request: HttpRequest): void;
}

/**
 * One request on its way to a streamable-HTTP backend, through broken streams and a forgotten session. It is the
 * exchange of every attempt, and tells its asker's until it is over.
 */
class HttpRequest implements Exchange {
  readonly #session: RequestSession;
  readonly #request: OutgoingRequest;
  readonly #exchange: Exchange;
  #handler: PostHandler | undefined;
  #timer: NodeJS.Timeout | undefined;
  #generation = 0;
  #reopened = false;
  #resumes = 0;
  #resumedAfter: string | undefined;
  #over = false;

  constructor(session: RequestSession, request: OutgoingRequest, exchange: Exchange) {
    this.#session = session;
    this.#request = request;
    this.#exchange = exchange;
  }

  get id(): string {
    return this.#request.id;
  }

  send(): void {
    const { endpoint, generation, headers } = this.#session;
    this.#generation = generation;
    this.#handler = endpoint.post(
      {
        id: this.id,
        text: this.#request.text,
        headers: headers.post,
        exchange: this,
        unanswered: (outcome) => this.#unanswered(outcome),
      },
      this.#request.own,
    );
  }

  /** Tells nobody anything more; the socket stays until `abort`. False when it was over before. */
  drop(): boolean {
    if (this.#over) return false;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#session.ended(this);
    return true;
  }

  abort(): void {
    this.#handler?.abort();
  }

  interim(message: Message): void {
    if (!this.#over) this.#exchange.interim(message);
  }

  streaming(): void {
    if (!this.#over) this.#exchange.streaming();
  }

  interrupted(retryMs: number): void {
    if (!this.#over) this.#exchange.interrupted(retryMs);
  }

  answer(text: string): void {
    if (this.drop()) this.#exchange.answer(text);
  }

  largeAnswer(flow: FlowControl): ByteSink {
    return this.drop() ? this.#exchange.largeAnswer(flow) : unwanted(flow);
  }

  failed(error: GatewayError): void {
    if (!this.drop()) return;
    this.abort();
    this.#exchange.failed(error);
  }

  #unanswered(outcome: Unanswered): void {
    if (this.#over) return;
    if (outcome.why === "session-lost" && !this.#reopened) return void this.#sendAnew();
    if (outcome.why === "broke-off" && this.#mayResume(outcome.lastEventId))
      return this.#resumeLater(outcome.lastEventId, outcome);
    this.failed(unansweredError(this.#session.endpoint.backend, outcome));
  }

  /** The backend refused the request before running it, so that asking again in a new session is safe. */
  async #sendAnew(): Promise<void> {
    this.#reopened = true;
    try {
      await this.#session.reopen(this.#generation);
      if (!this.#over) this.send();
    } catch (error) {
      this.failed(GatewayError.from(error));
    }
  }

  /** A stream that brought something new since it was last taken up is worth as many attempts as before. */
  #mayResume(lastEventId: string | undefined): lastEventId is string {
    if (lastEventId === undefined) return false;
    if (lastEventId !== this.#resumedAfter) this.#resumes = 0;
    this.#resumedAfter = lastEventId;
    return ++this.#resumes <= MAX_RESUMES;
  }

  #resumeLater(
    lastEventId: string,
    { retryMs, error }: Extract<Unanswered, { why: "broke-off" }>,
  ): void {
    // A backend that will not resume may have run the request, so that it must not be sent again.
    const unanswered = (outcome: Unanswered): void =>
      outcome.why === "broke-off" ? this.#unanswered(outcome) : this.failed(error);
    this.#exchange.interrupted(retryMs);
    this.#timer = setTimeout(() => {
      const { endpoint, headers } = this.#session;
      this.#handler = endpoint.resume(
        { id: this.id, headers: headers.get, exchange: this, unanswered },
        lastEventId,
      );
    }, retryMs);
  }
}

/** Takes an answer for an asker that is gone. */
function unwanted(flow: FlowControl): ByteSink {
  flow.abort();
  return { write: () => undefined, end: () => undefined, abort: () => undefined };
}

export { HttpRequest, type RequestSession };
