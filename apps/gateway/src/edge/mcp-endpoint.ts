import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Catalogs } from "../catalog/catalogs.ts";
import type { Handler } from "../core/call.ts";
import { GatewayError } from "../core/errors.ts";
import { route } from "../core/route.ts";
import {
  checkNesting,
  idKey,
  idOf,
  messageOf,
  parseJson,
  type Json,
  type Message,
} from "../rpc/message.ts";
import { errorText, resultText } from "../rpc/reply.ts";
import { EVENT_STREAM_HEADERS } from "../sessions/event-stream.ts";
import type { SessionRegistry } from "../sessions/registry.ts";
import type { Session } from "../sessions/session.ts";
import { BatchStream, readBatch } from "./batch.ts";
import { initializeResult, readInitialize } from "./initialize.ts";
import { localResult, memberOf } from "./local-methods.ts";
import { accepted, requireJsonBody } from "./media-types.ts";
import { PostReply, type ReplyPolicy } from "./post-reply.ts";
import { readBody } from "./read-body.ts";
import { sendEmpty, sendError, sendJson } from "./respond.ts";
import { BATCH_VERSION, CLIENT_VERSIONS } from "./versions.ts";

/** Methods that a backend answers. */
const RELAYED: ReadonlySet<string> = new Set([
  "tools/call",
  "prompts/get",
  "resources/read",
  "resources/subscribe",
  "resources/unsubscribe",
  "completion/complete",
]);

/** What the endpoint is made of. */
interface McpEndpointOptions {
  readonly sessions: SessionRegistry;
  readonly catalogs: Catalogs;
  /** Handles a call whose backend is known. */
  readonly handler: Handler;
  readonly replies: ReplyPolicy;
  /** `serverInfo`, as JSON text. */
  readonly serverInfo: string;
  readonly limits: {
    readonly maxBodyBytes: number;
    readonly maxBatch: number;
    readonly maxNesting: number;
  };
  /** The headers to pass through, by lower-case name. */
  passthrough(headers: IncomingHttpHeaders): Readonly<Record<string, string>>;
  /** Whether the gateway is about to stop and takes no new session. */
  draining(): boolean;
  /** A session began. */
  created(): void;
  /** An error that is the gateway's own fault. */
  broke(error: GatewayError): void;
}

/** Streamable HTTP for clients of the handshake revisions: POST, GET and DELETE of one path. */
class McpEndpoint {
  readonly #options: McpEndpointOptions;

  constructor(options: McpEndpointOptions) {
    this.#options = options;
  }

  /** Answers one HTTP request; never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (request.method === "POST") await this.#post(request, response);
      else if (request.method === "GET") this.#get(request, response);
      else if (request.method === "DELETE") this.#delete(request, response);
      else this.#refuseMethod(response);
    } catch (thrown) {
      this.#refuse(response, thrown);
    }
  }

  async #post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requireJsonBody(request.headers);
    const takes = accepted(request.headers);
    if (!takes.json && !takes.events)
      throw new GatewayError(
        "not-acceptable",
        "The Accept header must allow application/json or text/event-stream.",
      );
    const { limits } = this.#options;
    const text = await readBody(request, limits.maxBodyBytes);
    try {
      checkNesting(text, limits.maxNesting);
      const value = parseJson(text);
      if (Array.isArray(value)) return this.#batch(request, response, text, value);
      const message = messageOf(text, value);
      if (message.method === "initialize")
        return await this.#initialize(request, response, message);
      this.#message(this.#session(request), message, response, takes.events);
    } catch (thrown) {
      this.#refuse(response, thrown, idOf(text));
    }
  }

  async #initialize(
    request: IncomingMessage,
    response: ServerResponse,
    message: Message,
  ): Promise<void> {
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
    sessions.requireRoom();
    const { protocolVersion, profile } = readInitialize(
      message,
      this.#options.passthrough(request.headers),
    );
    const classKey = await catalogs.join(profile, replies.now());
    const session = sessions.create({ protocolVersion, profile, classKey });
    this.#options.created();
    const result = initializeResult(protocolVersion, serverInfo, session.view);
    sendJson(response, 200, resultText(message.id, result), { "mcp-session-id": session.facts.id });
  }

  #message(session: Session, message: Message, response: ServerResponse, streams: boolean): void {
    if (message.kind === "request") return this.#request(session, message, response, streams);
    if (message.kind === "response") session.answered(message);
    else this.#notification(session, message);
    sendEmpty(response, 202);
  }

  #request(session: Session, request: Message, response: ServerResponse, streams: boolean): void {
    if (RELAYED.has(request.method)) return this.#call(session, request, { response, streams });
    const result = localResult(session, request);
    if (result === undefined) throw unknownMethod(request);
    if (typeof result === "string") return sendJson(response, 200, resultText(request.id, result));
    result.then(
      (text) => sendJson(response, 200, resultText(request.id, text)),
      (thrown: unknown) => this.#refuse(response, thrown, request.id),
    );
  }

  #call(
    session: Session,
    request: Message,
    where: { response: ServerResponse; streams: boolean; batch?: BatchStream },
  ): void {
    const reply = new PostReply({ session, request, policy: this.#options.replies, ...where });
    try {
      const target = route(session.view, request);
      reply.target = target.name;
      this.#options.handler({ peer: session, request, target, reply });
    } catch (thrown) {
      reply.failed(GatewayError.from(thrown));
    }
  }

  #notification(session: Session, message: Message): void {
    if (message.method === "notifications/cancelled") {
      const id = memberOf(message, "requestId");
      if (typeof id === "string" || typeof id === "number")
        session.cancel(idKey(JSON.stringify(id)), "The client cancelled the request.");
    } else if (message.method !== "notifications/initialized") session.broadcast(message.text);
  }

  #batch(request: IncomingMessage, response: ServerResponse, text: string, values: Json[]): void {
    const session = this.#session(request);
    if (session.facts.protocolVersion !== BATCH_VERSION)
      throw new GatewayError(
        "invalid-request",
        "JSON-RPC batch requests are not supported (batching was removed in MCP revision 2025-06-18)",
      );
    const elements = readBatch(text, values, this.#options.limits.maxBatch);
    const answers = elements.filter(
      (element) => "error" in element || element.message.kind === "request",
    );
    if (answers.length > 0) {
      response.writeHead(200, EVENT_STREAM_HEADERS);
      const batch = new BatchStream(
        session.streams.create(),
        answers.length,
        this.#options.replies.now,
      );
      batch.stream.attach(response);
      for (const element of answers) this.#batched(session, element, response, batch);
    }
    for (const element of elements) {
      if ("error" in element || element.message.kind === "request") continue;
      if (element.message.kind === "response") session.answered(element.message);
      else this.#notification(session, element.message);
    }
    if (answers.length === 0) sendEmpty(response, 202);
  }

  #batched(
    session: Session,
    element: ReturnType<typeof readBatch>[number],
    response: ServerResponse,
    batch: BatchStream,
  ): void {
    const put = (text: string): void => {
      batch.stream.push(text);
      batch.release();
    };
    if ("error" in element) return put(errorText(undefined, element.error));
    const { message } = element;
    try {
      if (RELAYED.has(message.method))
        return this.#call(session, message, { response, streams: true, batch });
      const result = localResult(session, message);
      if (result === undefined) throw unknownMethod(message);
      if (typeof result === "string") return put(resultText(message.id, result));
      result
        .then((done) => put(resultText(message.id, done)))
        .catch((thrown: unknown) => put(errorText(message.id, GatewayError.from(thrown))));
    } catch (thrown) {
      put(errorText(message.id, GatewayError.from(thrown)));
    }
  }

  #get(request: IncomingMessage, response: ServerResponse): void {
    if (!accepted(request.headers).events)
      throw new GatewayError(
        "not-acceptable",
        "Not Acceptable: Client must accept text/event-stream",
      );
    const session = this.#session(request);
    const head = (): void => void response.writeHead(200, EVENT_STREAM_HEADERS).flushHeaders();
    const lastEventId = request.headers["last-event-id"];
    const resumed = typeof lastEventId === "string" && lastEventId !== "";
    if (resumed && !session.streams.resume(lastEventId, response, head))
      throw new GatewayError(
        "invalid-request",
        "Invalid request: there is no such event to resume after. Open a stream without Last-Event-ID.",
      );
    if (!resumed) {
      head();
      const { standalone } = session.streams;
      standalone.attach(response);
      if (session.facts.protocolVersion === CLIENT_VERSIONS[0]) standalone.prime();
    }
    session.listen(session.streams.listening);
    response.once("close", () => session.listen(session.streams.listening));
  }

  #delete(request: IncomingMessage, response: ServerResponse): void {
    const session = this.#session(request);
    this.#options.sessions.delete(session.facts.id);
    sendEmpty(response, 200);
  }

  /** The session that a request names. Throws `session-required`, `session-not-found` or `unsupported-version`. */
  #session(request: IncomingMessage): Session {
    const id = request.headers["mcp-session-id"];
    if (typeof id !== "string" || id === "")
      throw new GatewayError(
        "session-required",
        "Bad Request: the Mcp-Session-Id header is required; begin with initialize.",
      );
    const session = this.#options.sessions.touch(id);
    if (session === undefined)
      throw new GatewayError(
        "session-not-found",
        "Session not found: begin again with initialize.",
      );
    const version = request.headers["mcp-protocol-version"];
    if (version !== undefined && version !== session.facts.protocolVersion)
      throw new GatewayError(
        "unsupported-version",
        `Bad Request: the MCP-Protocol-Version of this session is ${session.facts.protocolVersion}.`,
      );
    return session;
  }

  #refuseMethod(response: ServerResponse): void {
    const error = new GatewayError(
      "method-not-allowed",
      "Method not allowed: use POST, GET or DELETE.",
    );
    sendError(response, error, undefined, { allow: "GET, POST, DELETE" });
  }

  #refuse(response: ServerResponse, thrown: unknown, id?: string): void {
    const error = GatewayError.from(thrown);
    if (error.code === "internal") this.#options.broke(error);
    const retry = error.httpStatus === 503 ? { "retry-after": "5" } : {};
    sendError(response, error, id, retry);
  }
}

function unknownMethod(request: Message): GatewayError {
  return new GatewayError("method-not-found", `Method not found: ${request.method.slice(0, 128)}`);
}

export { McpEndpoint };
