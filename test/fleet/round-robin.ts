import { once } from "node:events";
import { Agent, createServer, request as forward } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";
import { buffer } from "node:stream/consumers";

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
  /** How often each origin is asked whether it is ready; one that is not gets no requests. */
  probeMs?: number;
};

/** Starts a balancer on a free port that sends each request to the next origin. */
export async function startRoundRobin(options: RoundRobinOptions): Promise<RoundRobin> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const served = new Map<string, number>();
  const owners = new Map<string, string>();
  const probes = startProbes(options);
  let turn = 0;
  const next = (session: string | undefined): string | undefined => {
    const origins = options.origins().filter((origin) => !probes.failing.has(origin));
    const owner = session === undefined ? undefined : owners.get(session);
    if (options.sticky && owner !== undefined && origins.includes(owner)) return owner;
    return origins[turn++ % Math.max(1, origins.length)];
  };
  const server = createServer((incoming, outgoing) => {
    const attempt = (body: Buffer): void => {
      const origin = next(sessionOf(incoming));
      if (origin === undefined) return void outgoing.writeHead(503).end();
      served.set(origin, (served.get(origin) ?? 0) + 1);
      const refused = (): void => {
        probes.failing.add(origin);
        attempt(body);
      };
      const began = (session: string): void => void owners.set(session, origin);
      pass({ origin, agent, body, began, refused }, incoming, outgoing);
    };
    buffer(incoming).then(attempt, () => outgoing.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = async (): Promise<void> => {
    probes.stop();
    server.close();
    server.closeAllConnections();
    agent.destroy();
    if (server.listening) await once(server, "close");
  };
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, served, stop };
}

/** Asks every origin again and again whether it is ready. */
function startProbes({ origins, probeMs = 50 }: RoundRobinOptions): {
  failing: Set<string>;
  stop: () => void;
} {
  const failing = new Set<string>();
  const probe = async (origin: string): Promise<void> => {
    const isReady = await fetch(`${origin}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) failing.delete(origin);
    else failing.add(origin);
  };
  const timer = setInterval(() => {
    for (const origin of origins()) void probe(origin);
  }, probeMs);
  return { failing, stop: () => clearInterval(timer) };
}

/** Where a request goes on to. */
type Onward = {
  origin: string;
  agent: Agent;
  body: Buffer;
  /** A session began there. */
  began: (session: string) => void;
  /** Nobody listens there, so that the request has reached nobody. */
  refused: () => void;
};

function pass(
  { origin, agent, body, began, refused }: Onward,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const { method, url, headers } = incoming;
  const { host, "transfer-encoding": _, connection: __, ...rest } = headers;
  const onward = forward(new URL(url ?? "/", origin), { agent, method, headers: rest });
  onward.on("response", (answer) => {
    const session = answer.headers["mcp-session-id"];
    if (typeof session === "string") began(session);
    const { connection: _hop, "keep-alive": _time, ...passed } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, passed);
    outgoing.flushHeaders();
    pipeline(answer, outgoing, () => undefined);
  });
  onward.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ECONNREFUSED" && !outgoing.destroyed) return refused();
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502, { "x-balancer": String(host) }).end();
  });
  outgoing.on("close", () => onward.destroy());
  onward.end(body);
}

function sessionOf({ headers }: IncomingMessage): string | undefined {
  const session = headers["mcp-session-id"];
  return typeof session === "string" ? session : undefined;
}
