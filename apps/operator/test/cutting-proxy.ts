import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { parse } from "yaml";

/** A request that is neither a list nor a watch: what a reconcile asks, and what it writes. */
export interface SeenRequest {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
}

/** What becomes of a request instead of being passed on. */
export type Fault =
  /** The connection is gone before the API server hears of it. */
  | "cut"
  /** The API server does what it was asked, and nobody hears of it. */
  | "cut the answer"
  /** An answer that the API server did not give. */
  | { readonly answer: number; readonly reason: string };

/** Stands between one operator and the API server; the operator can be cut off for good, as by its death. */
export class CuttingProxy {
  readonly requests: SeenRequest[] = [];
  rule: (request: SeenRequest) => Fault | undefined = () => undefined;
  readonly #upstream: URL;
  readonly #agent: Agent;
  readonly #watches = new Set<ServerResponse>();
  readonly #server: Server;
  #isDead = false;

  private constructor(upstream: URL, agent: Agent) {
    this.#upstream = upstream;
    this.#agent = agent;
    this.#server = createServer((incoming, outgoing) => this.#serve(incoming, outgoing));
  }

  /** Opens a proxy in front of the API server of a kubeconfig. */
  static async open(kubeconfig: string): Promise<CuttingProxy> {
    const config = parse(await readFile(kubeconfig, "utf8")) as {
      clusters: { cluster: Record<string, string> }[];
      users: { user: Record<string, string> }[];
    };
    const { cluster = {} } = config.clusters[0] ?? {};
    const { user = {} } = config.users[0] ?? {};
    const decoded = (text: string | undefined) => Buffer.from(text ?? "", "base64");
    const agent = new Agent({
      keepAlive: true,
      ca: decoded(cluster["certificate-authority-data"]),
      cert: decoded(user["client-certificate-data"]),
      key: decoded(user["client-key-data"]),
    });
    const proxy = new CuttingProxy(new URL(cluster["server"] ?? ""), agent);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** A kubeconfig that leads here. */
  get kubeconfig(): string {
    const { port } = this.#server.address() as AddressInfo;
    const named = (more: object) => [{ name: "proxy", ...more }];
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "proxy",
      contexts: named({ context: { cluster: "proxy", user: "proxy" } }),
      users: named({ user: {} }),
      clusters: named({
        cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true },
      }),
    });
  }

  /** Ends every watch, in the middle of whatever it says. */
  cutWatches(): void {
    for (const watch of this.#watches) watch.socket?.resetAndDestroy();
  }

  /** Lets nothing through any more, in either direction. */
  die(): void {
    this.#isDead = true;
    this.#server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.die();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
    this.#agent.destroy();
  }

  #serve(incoming: IncomingMessage, outgoing: ServerResponse): void {
    outgoing.on("error", () => undefined);
    const { method = "", url = "" } = incoming;
    const isWatch = url.includes("watch=true");
    const seen = { method, path: url.replace(/\?.*/, "") };
    const isOfReconcile = !isWatch && !(method === "GET" && url.includes("limit="));
    if (isOfReconcile) this.requests.push(seen);
    const fault = this.#isDead ? "cut" : isOfReconcile ? this.rule(seen) : undefined;
    if (fault === "cut") incoming.socket.resetAndDestroy();
    else if (typeof fault === "object") refuse(outgoing, fault);
    else this.#forward(incoming, outgoing, fault === "cut the answer");
    if (!isWatch) return;
    this.#watches.add(outgoing);
    outgoing.on("close", () => this.#watches.delete(outgoing));
  }

  #forward(incoming: IncomingMessage, outgoing: ServerResponse, mute: boolean): void {
    const { host: _host, ...headers } = incoming.headers;
    const { hostname, port } = this.#upstream;
    const to = { hostname, port, agent: this.#agent, headers, path: incoming.url };
    const upstream = httpsRequest({ ...to, method: incoming.method });
    const reset = () => incoming.socket.resetAndDestroy();
    upstream.on("error", reset);
    if (!mute) outgoing.on("close", () => upstream.destroy());
    upstream.on("response", (response) => {
      response.on("error", reset);
      if (mute) {
        response.resume().on("end", reset);
        return;
      }
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      outgoing.flushHeaders();
      response.pipe(outgoing);
    });
    incoming.pipe(upstream);
  }
}

function refuse(outgoing: ServerResponse, { answer, reason }: Exclude<Fault, string>): void {
  const status = { kind: "Status", apiVersion: "v1", status: "Failure", code: answer, reason };
  outgoing.writeHead(answer, { "content-type": "application/json" });
  outgoing.end(JSON.stringify({ ...status, message: "injected by the test" }));
}
