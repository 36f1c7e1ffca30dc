import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Connections to an address of this machine that go on to a port on loopback. */
export interface Forward {
  readonly host: string;
  readonly port: number;
  /** Refuses new connections and cuts those that are open. */
  readonly close: () => Promise<void>;
}

/** Lets Pods reach a server of the test that listens on loopback. */
export async function forward(host: string, to: number, port = 0): Promise<Forward> {
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
