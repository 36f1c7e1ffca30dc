import { connect, type Socket } from "node:net";

/** An open GET stream whose events nobody reads. */
export interface OpenStream {
  /** Resolves when the server has ended it. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Opens a stream and resolves when the server has accepted it; rejects with the server's refusal. */
export function openStream(url: URL, request: string): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    socket.setEncoding("latin1");
    const ended = endOf(socket);
    socket.once("error", reject);
    socket.once("data", (head: string) => {
      if (!head.startsWith("HTTP/1.1 200")) {
        socket.destroy();
        return reject(new Error(`GET was answered ${head.slice(0, 200)}`));
      }
      resolve({ ended, close: () => socket.destroy() });
    });
    socket.write(request);
  });
}

function endOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
    // A response may end while its keep-alive connection lives on: its last chunk is empty.
    socket.on("data", (chunk: string) => {
      if (chunk.endsWith("0\r\n\r\n")) socket.destroy();
    });
  });
}
