import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A port on an address of this machine that leads to one on loopback. */
export interface Passage {
  readonly port: number;
  /** Cuts every connection and takes no more. */
  close(): Promise<void>;
}

/** Lets Pods reach a server on loopback. */
export async function openPassage(host: string, to: number): Promise<Passage> {
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
  server.listen(0, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
