/*
 * Fast MCP servers to put a gateway in front of: raw node:http, answers as JSON, connections never closed.
 *   node bench/programs/backend.ts --servers 3 --tools 20 [--sessions] [--streams] [--first-port 9101]
 * Prints {"urls": […], "counters": …} when it listens; GET on `counters` tells requests and connections so far.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    servers: { type: "string", default: "1" },
    tools: { type: "string", default: "20" },
    sessions: { type: "boolean", default: false },
    streams: { type: "boolean", default: false },
    "first-port": { type: "string" },
  },
});

const counters = { requests: 0, connections: 0, open: 0 };

const tools = Array.from({ length: Number(values.tools) }, (_, index) => ({
  name: index === 0 ? "echo" : `tool_${index}`,
  title: `Tool ${index}`,
  description: `Does number ${index} of the things this server can do, and says in some words how.`,
  inputSchema: {
    type: "object",
    properties: {
      text: { type: "string", description: "What to work on." },
      limit: { type: "integer", minimum: 1, maximum: 100, description: "Most results to give." },
    },
    required: ["text"],
  },
  annotations: { readOnlyHint: true, openWorldHint: false },
}));

const initialized = {
  protocolVersion: "2025-11-25",
  capabilities: { tools: { listChanged: values.streams } },
  serverInfo: { name: "bench-backend", version: "1.0.0" },
};

interface Message {
  readonly id?: number | string;
  readonly method: string;
  readonly params?: { readonly arguments?: { readonly text?: string; readonly waitMs?: number } };
}

function resultOf({ method, params }: Message): object | undefined {
  switch (method) {
    case "tools/call":
      return { content: [{ type: "text", text: params?.arguments?.text ?? "" }] };
    case "tools/list":
      return { tools };
    case "initialize":
      return initialized;
    case "ping":
      return {};
    default:
      return undefined;
  }
}

function answer(message: Message, response: ServerResponse): void {
  if (message.id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const result = resultOf(message);
  const outcome =
    result === undefined ? { error: { code: -32601, message: "Method not found" } } : { result };
  const body = JSON.stringify({ jsonrpc: "2.0", id: message.id, ...outcome });
  const session =
    values.sessions && message.method === "initialize" ? { "mcp-session-id": randomUUID() } : {};
  const send = (): void =>
    void response
      .writeHead(200, {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        ...session,
      })
      .end(body);
  const waitMs = message.params?.arguments?.waitMs;
  if (waitMs === undefined) send();
  else setTimeout(send, waitMs);
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  counters.requests += 1;
  if (request.method === "GET" && values.streams) {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    return;
  }
  if (request.method !== "POST") {
    response.writeHead(request.method === "DELETE" && values.sessions ? 200 : 405).end();
    return;
  }
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () =>
    answer(JSON.parse(Buffer.concat(chunks).toString()) as Message, response),
  );
}

async function listen(server: Server, port: number): Promise<string> {
  // Whatever a gateway leaves open stays open, so that it is seen.
  Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", 1024, resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const firstPort = values["first-port"];
const urls: string[] = [];
for (let index = 0; index < Number(values.servers); index++) {
  const server = createServer(serve);
  server.on("connection", (socket) => {
    counters.connections += 1;
    counters.open += 1;
    socket.once("close", () => (counters.open -= 1));
  });
  urls.push(`${await listen(server, firstPort === undefined ? 0 : Number(firstPort) + index)}/mcp`);
}
const side = createServer((_, response) => response.end(JSON.stringify(counters)));
console.log(JSON.stringify({ urls, counters: await listen(side, 0) }));
process.on("disconnect", () => process.exit());
