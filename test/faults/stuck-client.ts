import { once } from "node:events";
import { connect } from "node:net";
import type { Session } from "./session.ts";

/** A client that has sent a request and reads nothing. */
export type StuckClient = {
  /** Reads on; resolves with the number of bytes that came until the connection was gone. */
  readOut: () => Promise<number>;
};

/** Calls a tool in a session over a connection of its own from which nothing is read. */
export async function callAndReadNothing(
  session: Session,
  name: string,
  args: object,
): Promise<StuckClient> {
  const { hostname, port, host, pathname } = new URL(session.url);
  const message = {
    jsonrpc: "2.0",
    id: `stuck-${name}`,
    method: "tools/call",
    params: { name, arguments: args },
  };
  const body = JSON.stringify(message);
  const headers = Object.entries({ ...session.headers, host, "content-length": body.length });
  const socket = connect(Number(port), hostname);
  socket.pause();
  await once(socket, "connect");
  const head = headers.map(([key, value]) => `${key}: ${value}\r\n`).join("");
  socket.write(`POST ${pathname} HTTP/1.1\r\n${head}\r\n${body}`);
  return {
    readOut: async () => {
      let bytes = 0;
      socket.on("data", (chunk: Buffer) => (bytes += chunk.length));
      socket.on("error", () => undefined);
      const closed = once(socket, "close");
      socket.resume();
      await closed;
      return bytes;
    },
  };
}
