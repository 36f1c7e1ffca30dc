import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { text as bodyText } from "node:stream/consumers";
import { HttpBackend, type HttpBackendOptions } from "../src/backends/http.ts";

/** One HTTP request that came, whole. */
interface Arrived {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Method of the JSON-RPC message, if it has one. */
  readonly rpc: string | undefined;
  readonly response: ServerResponse;
  /** Sends a JSON text. */
  json(text: string, status?: number, headers?: Record<string, string>): void;
  /** Begins an event stream with these events. */
  events(text: string): void;
}

/** A streamable-HTTP backend whose server does what a test says. */
interface RawBackend {
  readonly backend: HttpBackend;
  readonly arrived: Arrived[];
  /** Those that carried this JSON-RPC method, or used this HTTP method. */
  of(method: string): Arrived[];
  /** Resolves once so many of them came, to the last. */
  nth(method: string, count: number): Promise<Arrived>;
  /** Does the handshake unless the test has its own for it; the sessions are s1, s2, … */
  close(): Promise<void>;
}

const RESULT = '{"jsonrpc":"2.0","id":1,"result":{"n":1.0}}';

/** `answer` is asked first; what it leaves (false) is answered as a well-behaved server does. */
async function startRaw(
  answer: (arrived: Arrived) => boolean | void,
  options: Partial<HttpBackendOptions> = {},
): Promise<RawBackend> {
  const arrived: Arrived[] = [];
  const waiting = new Set<() => void>();
  let sessions = 0;

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyText(request);
    const one = arrivedOf(request, response, text);
    arrived.push(one);
    for (const check of waiting) check();
    if (answer(one) !== false) return;
    if (one.rpc === "initialize")
      one.json(initialized(), 200, { "mcp-session-id": `s${++sessions}` });
    else if (request.method === "POST" && one.rpc !== undefined && !text.includes('"id"'))
      response.writeHead(202).end();
    else if (request.method === "POST") one.json(RESULT);
    else response.writeHead(request.method === "GET" ? 405 : 200).end();
  }

  const server = createServer(
    (request, response) => void take(request, response).catch(() => response.destroy()),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const backend = new HttpBackend({
    name: "raw",
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    headers: {},
    connectTimeoutMs: 5_000,
    handshakeTimeoutMs: 5_000,
    maxConnections: 64,
    maxWaiting: 64,
    maxAnswerBytes: 1_000_000,
    ...options,
  });
  const of = (method: string): Arrived[] =>
    arrived.filter((one) => one.rpc === method || one.method === method);
  return {
    backend,
    arrived,
    of,
    nth: (method, count) =>
      new Promise((resolve) => {
        const check = (): void => {
          const found = of(method)[count - 1];
          if (found === undefined) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      }),
    close: async () => {
      await backend.close();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function arrivedOf(request: IncomingMessage, response: ServerResponse, text: string): Arrived {
  const message = text === "" ? {} : (JSON.parse(text) as { method?: string });
  return {
    method: request.method ?? "",
    headers: request.headers,
    text,
    rpc: message.method,
    response,
    json: (body, status = 200, headers = {}) =>
      void response.writeHead(status, { "content-type": "application/json", ...headers }).end(body),
    events: (body) =>
      void response.writeHead(200, { "content-type": "text/event-stream" }).write(body),
  };
}

function initialized(): string {
  return '{"jsonrpc":"2.0","id":"headgate-initialize","result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"raw","version":"1"}}}';
}

/** An event with this data, and an id if one is given. */
function event(data: string, id?: string): string {
  return `${id === undefined ? "" : `id: ${id}\n`}data: ${data}\n\n`;
}

export { event, initialized, RESULT, startRaw, type Arrived, type RawBackend };
