import { GatewayError } from "../rpc/errors.ts";
import type { HttpEndpoint } from "./http-endpoint.ts";
import type { PostHandler, Unanswered } from "./http-post.ts";
import type { SessionHeaders } from "./http-session.ts";
import type { Exchange, OutgoingRequest } from "./port.ts";

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

/** One request on its way to a streamable-HTTP backend, through broken streams and a forgotten session. */
class HttpRequest {
  readonly #session: RequestSession;
  readonly #request: OutgoingRequest;
  readonly #exchange: Exchange;
  #handler: PostHandler | undefined;
  #timer: NodeJS.Timeout | undefined;
  #generation = 0;
  #reopened = false;
  #resumes = 0;
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
    this.#generation = this.#session.generation;
    this.#handler = this.#session.endpoint.post({
      id: this.id,
      text: this.#request.text,
      headers: this.#session.headers.post,
      exchange: this.#watched(),
      unanswered: (outcome) => this.#unanswered(outcome),
    });
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

  fail(error: GatewayError): void {
    if (!this.drop()) return;
    this.abort();
    this.#exchange.failed(error);
  }

  /** The asker's exchange; with the answer the request is over. */
  #watched(): Exchange {
    const exchange = this.#exchange;
    return {
      interim: (message) => {
        this.#resumes = 0;
        if (!this.#over) exchange.interim(message);
      },
      streaming: () => !this.#over && exchange.streaming(),
      interrupted: (retryMs) => !this.#over && exchange.interrupted(retryMs),
      answer: (text) => this.drop() && exchange.answer(text),
      largeAnswer: (flow) => {
        this.drop();
        return exchange.largeAnswer(flow);
      },
      failed: (error) => this.fail(error),
    };
  }

  #unanswered(outcome: Unanswered): void {
    if (this.#over) return;
    if (outcome.why === "session-lost" && !this.#reopened) return void this.#sendAnew();
    if (
      outcome.why === "broke-off" &&
      outcome.lastEventId !== undefined &&
      this.#resumes < MAX_RESUMES
    )
      return this.#resumeLater(outcome.lastEventId, outcome.retryMs);
    this.fail(unansweredError(this.#session.endpoint.backend, outcome));
  }

  /** The backend refused the request before running it, so that asking again in a new session is safe. */
  async #sendAnew(): Promise<void> {
    this.#reopened = true;
    try {
      await this.#session.reopen(this.#generation);
      if (!this.#over) this.send();
    } catch (error) {
      this.fail(GatewayError.from(error));
    }
  }

  #resumeLater(lastEventId: string, retryMs: number): void {
    this.#resumes++;
    this.#exchange.interrupted(retryMs);
    this.#timer = setTimeout(() => {
      const { endpoint, headers } = this.#session;
      const unanswered = (outcome: Unanswered): void => this.#unanswered(outcome);
      this.#handler = endpoint.resume(
        { id: this.id, headers: headers.get, exchange: this.#watched(), unanswered },
        lastEventId,
      );
    }, retryMs);
  }
}

/** An outcome without an answer, in words for the client. */
function unansweredError(backend: string, outcome: Unanswered): GatewayError {
  if (outcome.why === "broke-off") return outcome.error;
  if (outcome.why === "session-lost")
    return new GatewayError(
      "backend-lost-session",
      `The backend ${backend} does not know its session.`,
    );
  const { status } = outcome;
  const what =
    status === 401 || status === 403
      ? `refused the gateway's credentials with HTTP ${status}`
      : `answered with HTTP ${status}`;
  return new GatewayError("backend-unavailable", `The backend ${backend} ${what}.`);
}

export { HttpRequest, unansweredError, type RequestSession };
