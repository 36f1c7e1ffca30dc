import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

/** A network between client and server that can fail. */
export type Cuttable = {
  url: string;
  /** How often a client has asked with this line in the head of its request so far. */
  asked: (line: string) => number;
  /** Breaks every connection; new ones can be made at once. */
  cut: () => void;
  close: () => Promise<void>;
};

/** Passes connections on to the server of `url`. */
export async function startCuttable(url: string): Promise<Cuttable> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let heads = "";
  const listener = createServer((inner) => {
    const outer = connect(Number(target.port), target.hostname);
    inner.on("data", (data) => void (heads += data.toString("latin1")));
    inner.pipe(outer).pipe(inner);
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      // One side's end is the other's, however it came.
      socket
        .on("error", () => undefined)
        .on("close", () => {
          sockets.delete(socket);
          inner.destroy();
          outer.destroy();
        });
    }
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const { port } = listener.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${target.pathname}`,
    asked: (line) => heads.split(line).length - 1,
    cut,
    close: async () => {
      const closed = once(listener, "close");
      listener.close();
      cut();
      await closed;
    },
  };
}
