import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Catalogs } from "../catalog/catalogs.ts";
import { GatewayError, type ErrorCode } from "../rpc/errors.ts";
import {
  checkNesting,
  idOf,
  messageOf,
  parseJson,
  type Json,
  type Message,
} from "../rpc/message.ts";
import { resultText } from "../rpc/reply.ts";
import { EVENT_STREAM_HEADERS } from "../sessions/event-stream.ts";
import type { NewSession } from "../sessions/registry-options.ts";
import type { SessionRegistry } from "../sessions/registry.ts";
import type { Session } from "../sessions/session.ts";
import { answerBatch, readBatch } from "./batch.ts";
import { Dispatch, type DispatchOptions, type Outlet } from "./dispatch.ts";
import type { Identified } from "./entrance.ts";
import { initializeResult, readInitialize } from "./initialize.ts";
import { accepted, requireJsonBody, type Accepted } from "./media-types.ts";
import { sessionHere, sessionNamedBy } from "./named-session.ts";
import { readBody } from "./read-body.ts";
import { retryAfter, sendAnswer, sendEmpty, sendError } from "./respond.ts";
import { openStanding } from "./standing-stream.ts";
import { BATCH_VERSION } from "./versions.ts";

/** What the endpoint is made of. */
interface McpEndpointOptions extends Omit<DispatchOptions, "maxNameLength"> {
  readonly sessions: SessionRegistry;
  readonly catalogs: Catalogs;
  /** `serverInfo`, as JSON text. */
  readonly serverInfo: string;
  readonly limits: {
    readonly maxBodyBytes: number;
    readonly maxBatch: number;
    readonly maxNesting: number;
    readonly maxNameLength: number;
  };
  /** The headers to pass through, by lower-case name. */
  passthrough(headers: IncomingHttpHeaders): Readonly<Record<string, string>>;
  /** Whether the gateway is about to stop and takes no new session. */
  draining(): boolean;
  /** A session began. */
  created(): void;
  /** An HTTP request was answered that carried no JSON-RPC request, or was refused before that was known. */
  exchanged(httpMethod: string, httpStatus: number, failure?: ErrorCode): void;
}

/** One POST and its answer to be. */
interface Exchange {
  readonly who: Identified;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly takes: Accepted;
}

/** Streamable HTTP for clients of the handshake revisions: POST, GET and DELETE of one path. */
class McpEndpoint {
  readonly #options: McpEndpointOptions;
  readonly #dispatch: Dispatch;

  constructor(options: McpEndpointOptions) {
    this.#options = options;
    const { maxNameLength } = options.limits;
    this.#dispatch = new Dispatch({ ...options, maxNameLength });
  }

  /** Answers one HTTP request of somebody; never throws. */
  async handle(request: IncomingMessage, response: ServerResponse, who: Identified): Promise<void> {
    try {
      if (request.method === "POST") await this.#post(request, response, who);
      else if (request.method === "GET") await this.#get(request, response, who);
      else if (request.method === "DELETE") await this.#delete(request, response, who);
      else this.#refuseMethod(response);
    } catch (thrown) {
      this.#refuse(response, thrown);
    }
  }

  async #post(request: IncomingMessage, response: ServerResponse, who: Identified): Promise<void> {
    requireJsonBody(request.headers);
    const takes = accepted(request.headers);
    if (!takes.json && !takes.events)
      throw new GatewayError(
        "not-acceptable",
        "Not Acceptable: the client must accept application/json or text/event-stream.",
      );
    const { limits, sessions } = this.#options;
    const text = await readBody(request, limits.maxBodyBytes);
    try {
      checkNesting(text, limits.maxNesting);
      const value = parseJson(text);
      if (Array.isArray(value))
        return await this.#batch({ who, request, response, takes }, text, value);
      const message = messageOf(text, value);
      if (message.method === "initialize")
        return await this.#initialize(message, { who, request, response, takes });
      const session = this.#session(request, who);
      // Not awaited where there is nothing to wait for, which is nearly always.
      if (!(session instanceof Promise))
        return this.#message(session, message, { response, takes });
      const here = sessionHere(request.headers, who.caller, sessions);
      const ahead = this.#dispatch.ahead(here, message);
      this.#message(await session, message, { response, takes, ahead });
    } catch (thrown) {
      this.#refuse(response, thrown, idOf(text));
    }
  }

  async #initialize(message: Message, { who, request, response, takes }: Exchange): Promise<void> {
    const { sessions, catalogs, replies, serverInfo } = this.#options;
    if (message.kind !== "request")
      throw new GatewayError("invalid-request", "Invalid request: initialize needs an id.");
    if (request.headers["mcp-session-id"] !== undefined)
      throw new GatewayError(
        "invalid-request",
        "Invalid request: this session is initialized already.",
      );
    if (this.#options.draining())
      throw new GatewayError(
        "shutting-down",
        "This gateway is stopping and takes no new sessions.",
      );
    const startedMs = replies.now();
    sessions.requireRoom();
    const { protocolVersion, profile } = readInitialize(
      message,
      this.#options.passthrough(request.headers),
    );
    const classKey = await catalogs.join(profile, replies.now());
    const session = await this.#create(
      { protocolVersion, profile, classKey, caller: who.caller },
      response,
    );
    if (session === undefined) return;
    this.#options.created();
    const result = initializeResult(protocolVersion, serverInfo, session.view);
    const headers = { "mcp-session-id": session.facts.id };
    sendAnswer(response, takes, resultText(message.id, result), { headers });
    replies.answered("initialize", startedMs);
  }

  /** A session for a client that was counted into its class. Rejects as `SessionRegistry.create`. */
  async #create(facts: NewSession, response: ServerResponse): Promise<Session | undefined> {
    const { sessions, catalogs, replies } = this.#options;
    let session: Session | undefined;
    try {
      // A client that left while backends were starting would never hear of its session.
      if (response.socket?.writable === true) session = await sessions.create(facts);
      return session;
    } finally {
      if (session === undefined) catalogs.leave(facts.classKey, replies.now());
    }
  }

  #message(session: Session, message: Message, outlet: Omit<Outlet, "answer">): void {
    const { response, takes } = outlet;
    if (message.kind === "request") {
      this.#dispatch.request(session, message, {
        ...outlet,
        answer: (text, form) => sendAnswer(response, takes, text, form),
      });
      return;
    }
    this.#dispatch.take(session, message);
    sendEmpty(response, 202);
    this.#options.exchanged("POST", 202);
  }

  async #batch(
    { who, request, response, takes }: Exchange,
    text: string,
    value: Json[],
  ): Promise<void> {
    const session = await this.#session(request, who);
    if (session.facts.protocolVersion !== BATCH_VERSION)
      throw new GatewayError(
        "invalid-request",
        "JSON-RPC batch requests are not supported (batching was removed in MCP revision 2025-06-18)",
      );
    const elements = readBatch(text, value, this.#options.limits.maxBatch);
    const answered = answerBatch({
      session,
      elements,
      response,
      takes,
      dispatch: this.#dispatch,
      now: this.#options.replies.now,
      headers: EVENT_STREAM_HEADERS,
      broke: this.#options.broke,
    });
    if (answered) return;
    sendEmpty(response, 202);
    this.#options.exchanged("POST", 202);
  }

  async #get(request: IncomingMessage, response: ServerResponse, who: Identified): Promise<void> {
    const session = await this.#session(request, who);
    await openStanding(session, request, response, who.remainingMs);
    this.#options.exchanged("GET", 200);
  }

  async #delete(
    request: IncomingMessage,
    response: ServerResponse,
    who: Identified,
  ): Promise<void> {
    const session = await this.#session(request, who);
    await this.#options.sessions.delete(session.facts.id);
    sendEmpty(response, 200);
    this.#options.exchanged("DELETE", 200);
  }

  #session({ headers }: IncomingMessage, { caller }: Identified): Session | Promise<Session> {
    const asker = { caller, passed: this.#options.passthrough(headers) };
    return sessionNamedBy(headers, asker, this.#options.sessions);
  }

  #refuseMethod(response: ServerResponse): void {
    const error = new GatewayError(
      "method-not-allowed",
      "Method not allowed: use POST, GET or DELETE.",
    );
    sendError(response, error, undefined, { allow: "GET, POST, DELETE" });
    this.#options.exchanged(response.req.method ?? "", error.httpStatus, error.code);
  }

  #refuse(response: ServerResponse, thrown: unknown, id?: string): void {
    const error = GatewayError.from(thrown);
    this.#options.exchanged(response.req.method ?? "", error.httpStatus, error.code);
    if (error.code === "internal") this.#options.broke(error);
    // Half an answer is no answer: the client must not wait for the rest.
    if (response.headersSent) return void response.destroy();
    const later = error.httpStatus === 503 || error.httpStatus === 429;
    const retry = later ? { "retry-after": retryAfter(error) } : {};
    sendError(response, error, id, retry);
  }
}

export { McpEndpoint, type McpEndpointOptions };
