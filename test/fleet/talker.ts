import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  CallToolRequestSchema,
  CreateMessageResultSchema,
  ElicitResultSchema,
  ListRootsResultSchema,
  ListToolsRequestSchema,
  SetLevelRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type { ServerNotification, ServerRequest } from "@modelcontextprotocol/sdk/types.js";

/** A backend that says things of its own accord and asks its clients, and of which a test sees what it has got. */
export type Talker = {
  url: string;
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

type Handlers = McpServer["server"];
type Asking = Pick<
  RequestHandlerExtra<ServerRequest, ServerNotification>,
  "sendRequest" | "sendNotification" | "signal"
>;
type Arguments = { n?: number; ms?: number; text?: string };

/** What each tool that has something to do does before it is answered. */
const TOOLS: Record<string, (args: Arguments, extra: Asking, seen: Seen) => Promise<unknown>> = {
  count: async ({ n = 0, ms = 10 }, extra) => {
    for (let line = 1; line <= n; line++) {
      await say(extra, `line ${line}`);
      await delay(ms);
    }
    return "count was called";
  },
  wait: async ({ text = "" }, extra, seen) => {
    await say(extra, "waiting");
    await new Promise<void>((resolve) => {
      extra.signal.addEventListener("abort", () => resolve());
    });
    seen.cancelled.push(text);
  },
  roots: (_, extra) => extra.sendRequest({ method: "roots/list" }, ListRootsResultSchema),
  elicitation: (_, extra) => {
    const params = { message: "Who?", requestedSchema: FORM };
    return extra.sendRequest({ method: "elicitation/create", params }, ElicitResultSchema);
  },
  sampling: (_, extra, seen) => {
    const messages = [{ role: "user" as const, content: { type: "text" as const, text: "Hi" } }];
    const params = { messages, maxTokens: 10 };
    const onprogress = ({ progress }: { progress: number }) => void seen.progress.push(progress);
    const request = { method: "sampling/createMessage" as const, params };
    return extra.sendRequest(request, CreateMessageResultSchema, { onprogress });
  },
};

async function say(extra: Asking, data: string): Promise<void> {
  const params = { level: "info" as const, data };
  await extra.sendNotification({ method: "notifications/message", params });
}

/** One client's server. `count` says `n` log lines, one each `ms`; `wait` waits to be cancelled; `unlock` adds a tool for its session. */
function sessionOf(seen: Seen): { mcp: McpServer; server: Handlers } {
  const mcp = new McpServer(
    { name: "talker", version: "1.0.0" },
    { capabilities: { tools: { listChanged: true }, logging: {} } },
  );
  const { server } = mcp;
  const own: string[] = [];
  server.setRequestHandler(SetLevelRequestSchema, () => ({}));
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: [...seen.names, ...own].map((name) => ({
      name,
      inputSchema: { type: "object" as const },
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const said = await TOOLS[params.name]?.(params.arguments ?? {}, extra, seen);
    if (params.name === "unlock" && own.length === 0) {
      own.push("secret");
      await server.sendToolListChanged();
    }
    const text = JSON.stringify(said ?? `${params.name} was called`);
    return { content: [{ type: "text", text: typeof said === "string" ? said : text }] };
  });
  return { mcp, server };
}

/** Starts a talker on a free port. */
export async function startTalker(): Promise<Talker> {
  const seen: Seen = { cancelled: [], progress: [], names: [...NAMES] };
  const open = new Map<string, { server: Handlers; transport: StreamableHTTPServerTransport }>();
  const start = async (): Promise<StreamableHTTPServerTransport> => {
    const { mcp, server } = sessionOf(seen);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void open.set(id, { server, transport }),
      onsessionclosed: (id) => void open.delete(id),
    });
    await mcp.connect(transport);
    return transport;
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const id = request.headers["mcp-session-id"];
    const transport = typeof id === "string" ? open.get(id)?.transport : await start();
    if (transport === undefined) return void response.writeHead(404).end();
    await transport.handleRequest(request, response);
  };
  const listener = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => void listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    cancelled: seen.cancelled,
    progress: seen.progress,
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
