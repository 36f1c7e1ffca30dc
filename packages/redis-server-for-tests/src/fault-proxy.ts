import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { ProxiedConnection, type Conduct, type Treatment } from "./proxied-connection.ts";

/** A way to a server (without TLS) on which things go wrong when a test says so. */
export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** How many commands of a name, in capitals, came from clients. */
  received(command: string): number;
  /** The next command, of this name if one is given, is not executed and gets this error, such as `OOM command not allowed`. */
  answerNext(error: string, command?: string): void;
  /** The next command, of this name if one is given, is executed; its reply is lost with the connection. */
  cutAfterNext(command?: string): void;
  /** Replies come so much later from now on; 0 ends it. */
  delay(delayMs: number): void;
  /** True: replies are held back, connections stay; false: what was held is delivered. */
  silence(on: boolean): void;
  /** Tells every client that nothing more will come. */
  halfClose(): void;
  /** Resets every connection. */
  cut(): void;
  /** Resets every connection and refuses new ones until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a proxy before a server on a loopback port. */
export async function faultProxy(target: { host: string; port: number }): Promise<FaultProxy> {
  const script = new FaultScript();
  const connections = new Set<ProxiedConnection>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const connection = new ProxiedConnection(client, target, script);
    connections.add(connection);
    client.once("close", () => connections.delete(connection));
    client.once("end", () => connection.cut());
  });
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const each = (act: (connection: ProxiedConnection) => void) => {
    for (const connection of connections) act(connection);
  };
  const refuse = async () => {
    const closed = server.listening ? once(server.close(), "close") : undefined;
    each((connection) => connection.cut());
    await closed;
  };
  return {
    host: "127.0.0.1",
    port,
    url: `redis://127.0.0.1:${port}`,
    received: (command) => script.received(command),
    answerNext: (error, command) => script.next({ kind: "answer", error }, command),
    cutAfterNext: (command) => script.next({ kind: "execute-and-cut" }, command),
    delay: (delayMs) => void (script.delayMs = delayMs),
    silence(on) {
      script.silent = on;
      if (!on) each((connection) => connection.release());
    },
    halfClose: () => each((connection) => connection.halfClose()),
    cut: () => each((connection) => connection.cut()),
    refuse,
    accept: () => listen(server, port),
    stop: refuse,
  };
}

/** What is to go wrong, and what has come so far. */
class FaultScript implements Conduct {
  delayMs = 0;
  silent = false;
  readonly #rules: { readonly command: string | undefined; readonly treatment: Treatment }[] = [];
  readonly #received = new Map<string, number>();

  next(treatment: Treatment, command?: string): void {
    this.#rules.push({ command, treatment });
  }

  received(command: string): number {
    return this.#received.get(command) ?? 0;
  }

  treat(command: string): Treatment {
    this.#received.set(command, this.received(command) + 1);
    const index = this.#rules.findIndex((rule) => (rule.command ?? command) === command);
    const [rule] = index < 0 ? [] : this.#rules.splice(index, 1);
    return rule?.treatment ?? { kind: "pass" };
  }
}

async function listen(server: Server, port: number): Promise<void> {
  if (server.listening) return;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}
