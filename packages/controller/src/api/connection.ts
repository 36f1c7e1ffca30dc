import { createHash } from "node:crypto";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent, type RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { ControllerError } from "./error.ts";
import type { KubeConfigSource } from "./kube-config-source.ts";

/** What one HTTP request needs to reach the API server. */
export interface Route {
  readonly base: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: HttpAgent | HttpsAgent;
}

/** Answers the way to the API server as it is now: tokens and certificates on disk are followed when they change. */
export interface Connection {
  readonly route: () => Promise<Route>;
  readonly close: () => void;
}

// The kernel asks a silent peer after 15 s and gives it up 10 s later, so a dead machine is noticed in 25 s.
const KEEP_ALIVE_MS = 15_000;
const MOST_SOCKETS = 256;
// Reading and comparing files for each of hundreds of requests takes longer than the requests.
const FRESH_MS = 1_000;

/**
 * Opens the way to an API server; throws `bad-connection` when the source names none that can be used. Files that change
 * are followed within a second.
 */
export function connectionTo(
  source: KubeConfigSource,
  nowMs: () => number = () => performance.now(),
): Connection {
  const config = load(source);
  const cluster = config.getCurrentCluster();
  if (cluster === null || !URL.canParse(cluster.server)) {
    throw new ControllerError(
      "bad-connection",
      `The kubeconfig's context ${JSON.stringify(config.getCurrentContext())} names no cluster with an address. Set current-context, or choose a context.`,
    );
  }
  const base = new URL(cluster.server);
  const agents = new AgentKeeper(base.protocol === "https:");
  const read = async (): Promise<Route> => {
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const headers = { ...(options.headers as Record<string, string>), ...basic(options.auth) };
    // A proxy needs the agent that the library made for it.
    const viaProxy = cluster.proxyUrl !== undefined && options.agent instanceof HttpAgent;
    const agent = viaProxy ? (options.agent as HttpAgent) : agents.for(options);
    return { base, headers, agent };
  };
  let last: { readonly route: Route; readonly atMs: number } | undefined;
  return {
    route: async () => {
      if (last !== undefined && nowMs() - last.atMs < FRESH_MS) return last.route;
      const atMs = nowMs();
      const route = await read();
      last = { route, atMs };
      return route;
    },
    close: () => agents.close(),
  };
}

function load(source: KubeConfigSource): KubeConfig {
  const config = new KubeConfig();
  try {
    switch (source.from) {
      case "pod":
        config.loadFromCluster();
        return config;
      case "file":
        config.loadFromFile(source.path);
        break;
      case "text":
        config.loadFromString(source.text);
        break;
    }
  } catch (error) {
    // The error itself may quote the file, and with it a credential.
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    const where = source.from === "file" ? source.path : "The text";
    throw new ControllerError(
      "bad-connection",
      `${where} could not be read as a kubeconfig${code}. Check that it exists and is one.`,
    );
  }
  if (source.context !== undefined) config.setCurrentContext(source.context);
  return config;
}

function basic(auth: string | null | undefined): Record<string, string> {
  if (typeof auth !== "string") return {};
  return { Authorization: `Basic ${Buffer.from(auth).toString("base64")}` };
}

// An agent holds its connections, so it lives until the certificates it was made with change.
class AgentKeeper {
  readonly #secure: boolean;
  #agent: HttpAgent | HttpsAgent | undefined;
  #madeWith = "";

  constructor(secure: boolean) {
    this.#secure = secure;
  }

  for({ ca, cert, key, rejectUnauthorized, servername }: RequestOptions): HttpAgent | HttpsAgent {
    const tls = { ca, cert, key, rejectUnauthorized, servername };
    const hash = createHash("sha256");
    for (const part of [ca, cert, key]) {
      hash.update(Buffer.isBuffer(part) ? part : (JSON.stringify(part) ?? "none"));
    }
    const madeWith = `${hash.digest("base64")} ${rejectUnauthorized} ${servername}`;
    if (this.#agent !== undefined && madeWith === this.#madeWith) return this.#agent;
    this.close();
    const pooling = { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS, maxSockets: MOST_SOCKETS };
    const given = Object.fromEntries(
      Object.entries(tls).filter(([, value]) => value !== undefined && value !== null),
    );
    this.#agent = this.#secure ? new HttpsAgent({ ...pooling, ...given }) : new HttpAgent(pooling);
    this.#madeWith = madeWith;
    return this.#agent;
  }

  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }
}
