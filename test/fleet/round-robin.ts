import { once } from "node:events";
import { Agent, createServer, request as forward } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";

/** A load balancer that knows nothing of sessions but, if asked, who began one. */
export type RoundRobin = {
  /** Scheme, host and port. */
  origin: string;
  /** How many requests went to each origin. */
  served: ReadonlyMap<string, number>;
  stop: () => Promise<void>;
};

export type RoundRobinOptions = {
  /** Where requests may go at this moment, asked anew for each. */
  origins: () => readonly string[];
  /** Sends the requests of a session to the origin that began it, as long as that is there. */
  sticky?: boolean;
};

/** Starts a balancer on a free port that sends each request to the next origin. */
export async function startRoundRobin(options: RoundRobinOptions): Promise<RoundRobin> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const served = new Map<string, number>();
  const owners = new Map<string, string>();
  let turn = 0;
  const next = (session: string | undefined): string | undefined => {
    const origins = options.origins();
    const owner = session === undefined ? undefined : owners.get(session);
    if (options.sticky && owner !== undefined && origins.includes(owner)) return owner;
    return origins[turn++ % Math.max(1, origins.length)];
  };
  const server = createServer((incoming, outgoing) => {
    const origin = next(sessionOf(incoming));
    if (origin === undefined) return void outgoing.writeHead(503).end();
    served.set(origin, (served.get(origin) ?? 0) + 1);
    pass({ origin, agent, began: (session) => owners.set(session, origin) }, incoming, outgoing);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    agent.destroy();
    if (server.listening) await once(server, "close");
  };
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, served, stop };
}

/** Where a request goes on to; `began` hears of a session that begins there. */
type Onward = { origin: string; agent: Agent; began: (session: string) => void };

function pass(
  { origin, agent, began }: Onward,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const { method, url, headers } = incoming;
  const { host, ...rest } = headers;
  const onward = forward(new URL(url ?? "/", origin), { agent, method, headers: rest });
  onward.on("response", (answer) => {
    const session = answer.headers["mcp-session-id"];
    if (typeof session === "string") began(session);
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    outgoing.flushHeaders();
    pipeline(answer, outgoing, () => undefined);
  });
  onward.on("error", () => {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502, { "x-balancer": String(host) }).end();
  });
  outgoing.on("close", () => onward.destroy());
  incoming.pipe(onward);
}

function sessionOf({ headers }: IncomingMessage): string | undefined {
  const session = headers["mcp-session-id"];
  return typeof session === "string" ? session : undefined;
}
