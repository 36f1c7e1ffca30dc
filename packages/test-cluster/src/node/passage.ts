import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A port on an address of this machine that leads to one on loopback. */
export interface Passage {
  readonly host: string;
  readonly port: number;
  /** Refuses new connections and cuts those that are open. */
  readonly close: () => Promise<void>;
}

/** Lets Pods reach a server that listens on loopback; at a free port unless one is given. */
export async function openPassage(host: string, to: number, port = 0): Promise<Passage> {
  const sockets = new Set<Socket>();
  const server = createServer((inbound) => {
    const outbound = connect(to, "127.0.0.1");
    for (const socket of [inbound, outbound]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        inbound.destroy();
        outbound.destroy();
      });
    }
    inbound.pipe(outbound).pipe(inbound);
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    host,
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}
