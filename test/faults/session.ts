import { Agent, request } from "undici";
import type { Dispatcher } from "undici";
import { eventsOf } from "../wire/event-stream.ts";
import type { WireEvent } from "../wire/event-stream.ts";

/** A JSON-RPC answer as tests look at it. */
export type Answer = {
  jsonrpc: "2.0";
  id?: string | number;
  result?: { content?: { text: string }[]; [key: string]: unknown };
  error?: { code: number; message: string; data?: Record<string, unknown> };
};

/** A response whose body is still to be read. */
export type Response = Dispatcher.ResponseData;

/** How to open a session. */
export type SessionOptions = {
  version?: string;
  capabilities?: object;
  headers?: Record<string, string>;
};

/** Longer than any answer in these tests may take; a request that hangs fails by it. */
const GIVE_UP_MS = 15_000;
const BOTH = "application/json, text/event-stream";

/** One client session, request by request, so that a test can leave in the middle of anything. */
export class Session {
  readonly url: string;
  readonly headers: Record<string, string>;
  /** What initialize answered. */
  readonly initialized: Answer;
  readonly #agent: Agent;
  #lastId = 0;

  private constructor(
    url: string,
    { headers, agent, initialized }: Pick<Session, "headers" | "initialized"> & { agent: Agent },
  ) {
    this.url = url;
    this.headers = headers;
    this.initialized = initialized;
    this.#agent = agent;
  }

  /** Does the handshake. Rejects when the gateway refuses it. */
  static async open(url: string, options: SessionOptions = {}): Promise<Session> {
    const { version = "2025-11-25", capabilities = {} } = options;
    const agent = new Agent({ headersTimeout: GIVE_UP_MS, bodyTimeout: GIVE_UP_MS });
    const headers: Record<string, string> = {
      "content-type": "application/json",
      accept: BOTH,
      ...options.headers,
    };
    const params = {
      protocolVersion: version,
      capabilities,
      clientInfo: { name: "fault-test", version: "1.0.0" },
    };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params });
    const response = await request(url, { method: "POST", headers, body, dispatcher: agent });
    const initialized = await answerIn(response);
    if (initialized.result === undefined) throw new Error(JSON.stringify(initialized));
    headers["mcp-session-id"] = String(response.headers["mcp-session-id"]);
    headers["mcp-protocol-version"] = version;
    const session = new Session(url, { headers, agent, initialized });
    await session.notify("notifications/initialized");
    return session;
  }

  /** The id of the request that was sent last. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Sends a request under the next id; the body is for the caller to read, or to leave. */
  post(method: string, params: object, signal?: AbortSignal): Promise<Response> {
    const body = JSON.stringify({ jsonrpc: "2.0", id: ++this.#lastId, method, params });
    return this.#send({ method: "POST", body, ...(signal && { signal }) });
  }

  /** Sends a request and resolves with its answer. */
  async ask(method: string, params: object = {}): Promise<Answer> {
    return answerIn(await this.post(method, params));
  }

  /** Calls a tool. */
  call(name: string, args: object = {}): Promise<Answer> {
    return this.ask("tools/call", { name, arguments: args });
  }

  /** The names of all tools. */
  async tools(): Promise<string[]> {
    const { result = {} } = await this.ask("tools/list");
    return (result["tools"] as { name: string }[]).map(({ name }) => name);
  }

  /** Sends a notification. */
  async notify(method: string, params: object = {}): Promise<void> {
    const body = JSON.stringify({ jsonrpc: "2.0", method, params });
    const { statusCode, body: answer } = await this.#send({ method: "POST", body });
    await answer.dump();
    if (statusCode !== 202) throw new Error(`A notification was answered with ${statusCode}.`);
  }

  /** Opens the standing stream, or goes on with one after an event; ends by itself never. */
  listen(lastEventId?: string): Promise<Response> {
    const resume = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
    return this.#send({ method: "GET", headers: { ...this.headers, ...resume } });
  }

  /** Ends the session and keeps the connections. */
  async end(): Promise<void> {
    const { body } = await this.#send({ method: "DELETE" });
    await body.dump();
  }

  /** Ends the session and the connections. */
  async close(): Promise<void> {
    await this.end();
    await this.#agent.destroy();
  }

  /** Breaks every connection without a word to the gateway. */
  async leave(): Promise<void> {
    await this.#agent.destroy();
  }

  #send(options: {
    method: "GET" | "POST" | "DELETE";
    body?: string;
    headers?: Record<string, string>;
    signal?: AbortSignal;
  }): Promise<Response> {
    return request(this.url, { headers: this.headers, dispatcher: this.#agent, ...options });
  }
}

/** Whether a response is an event stream. */
export function isStream({ headers }: Response): boolean {
  return String(headers["content-type"]).startsWith("text/event-stream");
}

/** The events of a stream as they come. */
export function eventsIn({ body }: Response): AsyncGenerator<WireEvent> {
  return eventsOf(body);
}

/** All events of a stream that ends. */
export async function allEvents(response: Response): Promise<WireEvent[]> {
  const events: WireEvent[] = [];
  for await (const event of eventsIn(response)) events.push(event);
  return events;
}

/** The first event of a stream, which stays open. */
export async function firstEvent(response: Response): Promise<WireEvent | undefined> {
  const { value, done } = await eventsIn(response).next();
  return done ? undefined : value;
}

/** The one answer in a response, be it JSON or the last event of a stream. Rejects when there is none. */
export async function answerIn(response: Response): Promise<Answer> {
  if (!isStream(response)) return JSON.parse(await response.body.text()) as Answer;
  for await (const { data } of eventsIn(response)) {
    const message = data ? (JSON.parse(data) as Answer & { method?: string }) : undefined;
    if (message !== undefined && message.method === undefined) return message;
  }
  throw new Error("The event stream ended without an answer.");
}
