import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import {
  CallToolRequestSchema,
  CreateMessageResultSchema,
  ElicitResultSchema,
  ListRootsResultSchema,
  ListToolsRequestSchema,
  SetLevelRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";

/** A backend that says things of its own accord and asks its clients, and of which a test sees what it has got. */
export type Talker = {
  url: string;
  /** Sessions that were begun and not ended. */
  sessions: () => number;
  /** Clients that have a standing stream (GET) open. */
  listeners: () => number;
  /** Says a log line to every session on its standing stream. */
  say: (data: string) => Promise<void>;
  /** Adds a tool for every session, and tells all of them. */
  grow: (name: string) => Promise<void>;
  /** Calls that were cancelled, by what they were called with. */
  cancelled: string[];
  /** Progress that clients reported of what they were asked. */
  progress: number[];
  close: () => Promise<void>;
};

type Seen = Pick<Talker, "cancelled" | "progress"> & { names: string[] };

const NAMES = ["well", "count", "wait", "roots", "sampling", "elicitation", "unlock"];
const FORM = { type: "object" as const, properties: { name: { type: "string" as const } } };

/** One client's server. `count` says `n` log lines, one each `ms`; `wait` waits to be cancelled; `unlock` adds a tool for its session. */
function sessionOf(seen: Seen): Server {
  const server = new Server(
    { name: "talker", version: "1.0.0" },
    { capabilities: { tools: { listChanged: true }, logging: {} } },
  );
  const own: string[] = [];
  server.setRequestHandler(SetLevelRequestSchema, () => ({}));
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: [...seen.names, ...own].map((name) => ({
      name,
      inputSchema: { type: "object" as const },
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const { n = 0, ms = 10, text = "" } = (params.arguments ?? {}) as Record<string, never>;
    const answer = (said: unknown) => ({
      content: [
        { type: "text" as const, text: typeof said === "string" ? said : JSON.stringify(said) },
      ],
    });
    const line = (data: string) =>
      extra.sendNotification({
        method: "notifications/message",
        params: { level: "info", data },
      });
    if (params.name === "count")
      for (let i = 1; i <= n; i++) {
        await line(`line ${i}`);
        await delay(ms);
      }
    if (params.name === "wait") {
      await line("waiting");
      await new Promise<void>((resolve) => {
        extra.signal.addEventListener("abort", () => resolve());
      });
      seen.cancelled.push(text);
    }
    if (params.name === "roots")
      return answer(await extra.sendRequest({ method: "roots/list" }, ListRootsResultSchema));
    if (params.name === "elicitation") {
      const asked = { message: "Who?", requestedSchema: FORM };
      const request = { method: "elicitation/create" as const, params: asked };
      return answer(await extra.sendRequest(request, ElicitResultSchema));
    }
    if (params.name === "sampling") {
      const messages = [{ role: "user" as const, content: { type: "text" as const, text: "Hi" } }];
      const request = {
        method: "sampling/createMessage" as const,
        params: { messages, maxTokens: 10 },
      };
      const onprogress = ({ progress }: { progress: number }) => void seen.progress.push(progress);
      return answer(await extra.sendRequest(request, CreateMessageResultSchema, { onprogress }));
    }
    if (params.name === "unlock" && own.length === 0) {
      own.push("secret");
      await server.sendToolListChanged();
    }
    return answer(`${params.name} was called`);
  });
  return server;
}

/** Starts a talker on a free port. */
export async function startTalker(): Promise<Talker> {
  const seen: Seen = { cancelled: [], progress: [], names: [...NAMES] };
  const open = new Map<string, { server: Server; transport: StreamableHTTPServerTransport }>();
  let listening = 0;
  const start = async (): Promise<StreamableHTTPServerTransport> => {
    const server = sessionOf(seen);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void open.set(id, { server, transport }),
      onsessionclosed: (id) => void open.delete(id),
    });
    await server.connect(transport);
    return transport;
  };
  const listener = createServer(async (request, response) => {
    const id = request.headers["mcp-session-id"];
    const transport = typeof id === "string" ? open.get(id)?.transport : await start();
    if (transport === undefined) return void response.writeHead(404).end();
    if (request.method === "GET") {
      listening++;
      response.once("close", () => listening--);
    }
    await transport.handleRequest(request, response);
  });
  await new Promise<void>((resolve) => void listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    cancelled: seen.cancelled,
    progress: seen.progress,
    sessions: () => open.size,
    listeners: () => listening,
    say: async (data) => {
      const params = { level: "info" as const, data };
      await Promise.all([...open.values()].map(({ server }) => server.sendLoggingMessage(params)));
    },
    grow: async (name) => {
      seen.names.push(name);
      await Promise.all([...open.values()].map(({ server }) => server.sendToolListChanged()));
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => void listener.close(() => resolve()));
      listener.closeAllConnections();
      await closed;
    },
  };
}
