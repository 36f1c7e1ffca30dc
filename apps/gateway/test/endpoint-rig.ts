import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Catalogs } from "../src/catalog/catalogs.ts";
import type { Handler } from "../src/core/call.ts";
import { relay } from "../src/core/relay.ts";
import type { Identified } from "../src/edge/entrance.ts";
import { McpEndpoint } from "../src/edge/mcp-endpoint.ts";
import { ANONYMOUS } from "../src/identity/caller.ts";
import type { GatewayError } from "../src/rpc/errors.ts";
import { SessionRegistry } from "../src/sessions/registry.ts";
import { PolicyProbe } from "./policy-probe.ts";
import { BackendProbe, sessionContext } from "./session-rig.ts";

/** An MCP endpoint that listens, over two backends that are answered by hand. */
interface EndpointRig {
  readonly url: string;
  readonly backends: { readonly a: BackendProbe; readonly b: BackendProbe };
  readonly sessions: SessionRegistry;
  readonly replies: PolicyProbe;
  /** What was answered that carried no request: method, status and how it failed. */
  readonly exchanges: (string | number | undefined)[][];
  readonly broken: GatewayError[];
  /** Clients counted in and not out. */
  readonly joined: () => number;
  /** Awaited before a client is counted in. */
  gate: Promise<void> | undefined;
  draining: boolean;
  /** Who makes the requests. */
  who: Identified;
  post(text: string, headers?: Record<string, string>): Promise<Response>;
  /** Opens a session; the headers of its requests. */
  open(protocolVersion?: string): Promise<Record<string, string>>;
  close(): Promise<void>;
}

const LIMITS = { maxBodyBytes: 10_000, maxBatch: 5, maxNesting: 16, maxNameLength: 64 };

const BASE = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
};

function initializeText(protocolVersion: string): string {
  return `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"${protocolVersion}","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}`;
}

async function startEndpoint(
  options: { handler?: Handler; maxSessions?: number } = {},
): Promise<EndpointRig> {
  const backends = { a: new BackendProbe("a"), b: new BackendProbe("b") };
  const replies = new PolicyProbe();
  const exchanges: EndpointRig["exchanges"] = [];
  const broken: GatewayError[] = [];
  let joined = 0;
  const sessions = new SessionRegistry({
    context: sessionContext(backends, () => performance.now()),
    ttlMs: 60_000,
    maxSessions: options.maxSessions ?? 100,
    resumeWindowMs: 60_000,
    now: () => performance.now(),
    newId: randomUUID,
    join: async () => "class",
    leave: () => void joined--,
    refused: () => undefined,
    restored: () => undefined,
    ended: () => undefined,
  });
  const catalogs: Pick<Catalogs, "join" | "leave"> = {
    join: async () => {
      joined++;
      await rig.gate;
      return "class";
    },
    leave: () => void joined--,
  };
  const endpoint = new McpEndpoint({
    sessions,
    catalogs: catalogs as Catalogs,
    handler: options.handler ?? relay,
    replies,
    serverInfo: '{"name":"g","version":"1"}',
    limits: LIMITS,
    passthrough: () => ({}),
    draining: () => rig.draining,
    created: () => undefined,
    exchanged: (...exchange) => exchanges.push(exchange),
    broke: (error) => broken.push(error),
  });
  const server = createServer(
    (request, response) => void endpoint.handle(request, response, rig.who),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const rig: EndpointRig = {
    url,
    backends,
    sessions,
    replies,
    exchanges,
    broken,
    joined: () => joined,
    gate: undefined,
    draining: false,
    who: { caller: ANONYMOUS, remainingMs: Infinity },
    post: (body, headers = {}) =>
      fetch(url, { method: "POST", body, headers: { ...BASE, ...headers } }),
    open: async (protocolVersion = "2025-11-25") => {
      const response = await rig.post(initializeText(protocolVersion));
      await response.text();
      return { "mcp-session-id": response.headers.get("mcp-session-id") ?? "" };
    },
    close: async () => {
      await sessions.close();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return rig;
}

/** The data of the events of a stream that ends. */
async function eventsOf(response: Response): Promise<string[]> {
  const text = await response.text();
  return [...text.matchAll(/^data: ?(.*)$/gm)].map(([, data = ""]) => data);
}

export { eventsOf, initializeText, startEndpoint, type EndpointRig };
