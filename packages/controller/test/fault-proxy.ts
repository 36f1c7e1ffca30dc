import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { request as httpsRequest } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { connectionTo, type Connection } from "../src/api/connection.ts";

/** A request as it came to the proxy. */
export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly watch: boolean;
  readonly atMs: number;
}

/** What the proxy does instead of passing a request on. */
export type Fault =
  | { readonly answer: number; readonly body?: unknown; readonly retryAfter?: string }
  /** A watch that begins well, and whose first and last line is this. */
  | { readonly watchLine: string }
  /** The connection is gone before the API server hears of it. */
  | "cut"
  /** The API server does what it was asked, and nobody hears of it. */
  | "cut the answer"
  | "never answer";

/** Decides on a fault for a request; undefined lets it pass. */
export type Rule = (request: SeenRequest) => Fault | undefined;

/** Stands between a client and an API server, and makes of that connection what is asked for. */
export class FaultProxy {
  readonly requests: SeenRequest[] = [];
  rule: Rule = () => undefined;
  /** Told of every connection that is opened. */
  onSocket: (socket: Socket) => void = () => {};
  readonly #upstream: Connection;
  readonly #sockets = new Set<Socket>();
  readonly #watches = new Set<ServerResponse>();
  #server: Server | undefined;
  #port = 0;
  #frozen = false;

  constructor(kubeconfig: string) {
    this.#upstream = connectionTo({ from: "file", path: kubeconfig });
  }

  /** A kubeconfig that leads here. */
  get kubeconfig(): string {
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "proxy",
      contexts: [{ name: "proxy", context: { cluster: "proxy", user: "proxy" } }],
      users: [{ name: "proxy", user: {} }],
      clusters: [
        {
          name: "proxy",
          cluster: {
            server: `http://127.0.0.1:${this.#port}`,
            "insecure-skip-tls-verify": true,
          },
        },
      ],
    });
  }

  /** How many watches are open. */
  get watches(): number {
    return this.#watches.size;
  }

  /** Takes connections, after the first time at the same address again. */
  async accept(): Promise<void> {
    const server = createServer((incoming, outgoing) => void this.#serve(incoming, outgoing));
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      this.onSocket(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => {
      server.listen(this.#port, "127.0.0.1", resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Ends every connection and takes no more. */
  async refuse(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  /** Ends every watch, in the middle of whatever it says. */
  cutWatches(): void {
    for (const watch of this.#watches) watch.socket?.resetAndDestroy();
  }

  /** Keeps every connection and lets nothing more through, as a peer that has gone without a word. */
  freeze(): void {
    this.#frozen = true;
  }

  /** Lets new requests through again; what was frozen stays so. */
  thaw(): void {
    this.#frozen = false;
  }

  async close(): Promise<void> {
    if (this.#server?.listening === true) await this.refuse();
    this.#upstream.close();
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const seen = seenFrom(incoming);
    this.requests.push(seen);
    outgoing.on("error", () => {});
    const fault = this.#frozen ? "never answer" : this.rule(seen);
    if (fault === "never answer") return;
    if (fault === "cut") {
      incoming.socket.resetAndDestroy();
      return;
    }
    if (typeof fault === "object") {
      injected(outgoing, fault);
      return;
    }
    if (seen.watch) {
      this.#watches.add(outgoing);
      outgoing.on("close", () => this.#watches.delete(outgoing));
    }
    await this.#forward(incoming, outgoing, fault === "cut the answer");
  }

  async #forward(incoming: IncomingMessage, outgoing: ServerResponse, mute: boolean) {
    const { base, headers, agent } = await this.#upstream.route();
    const { host: _host, ...own } = incoming.headers;
    const send = base.protocol === "https:" ? httpsRequest : httpRequest;
    const upstream = send({
      protocol: base.protocol,
      hostname: base.hostname,
      port: base.port,
      agent,
      method: incoming.method,
      path: incoming.url,
      headers: { ...own, ...headers },
    });
    upstream.on("error", () => incoming.socket.resetAndDestroy());
    outgoing.on("close", () => upstream.destroy());
    upstream.on("response", (response) => {
      if (mute) {
        response.resume().on("end", () => incoming.socket.resetAndDestroy());
        return;
      }
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      outgoing.flushHeaders();
      response.on("data", (chunk: Buffer) => {
        if (!this.#frozen) outgoing.write(chunk);
      });
      response.on("end", () => {
        if (!this.#frozen) outgoing.end();
      });
      response.on("error", () => incoming.socket.resetAndDestroy());
    });
    incoming.pipe(upstream);
  }
}

/** A proxy that takes connections. */
export async function faultProxy(kubeconfig: string): Promise<FaultProxy> {
  const proxy = new FaultProxy(kubeconfig);
  await proxy.accept();
  return proxy;
}

/** A rule for the first so many requests of a kind. */
export function times(count: number, of: (request: SeenRequest) => boolean, fault: Fault): Rule {
  let left = count;
  return (request) => {
    if (left === 0 || !of(request)) return undefined;
    left -= 1;
    return fault;
  };
}

function injected(outgoing: ServerResponse, fault: Exclude<Fault, string>): void {
  if ("watchLine" in fault) {
    outgoing.writeHead(200, { "content-type": "application/json" });
    outgoing.end(`${fault.watchLine}\n`);
    return;
  }
  outgoing.writeHead(fault.answer, {
    "content-type": "application/json",
    ...(fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter }),
  });
  outgoing.end(JSON.stringify(fault.body ?? { kind: "Status", code: fault.answer }));
}

function seenFrom({ method = "", url = "" }: IncomingMessage): SeenRequest {
  return { method, url, watch: url.includes("watch=true"), atMs: performance.now() };
}
