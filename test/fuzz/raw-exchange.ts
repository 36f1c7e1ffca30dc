import { connect } from "node:net";
import { readAnswer } from "./raw-answer.ts";
import type { RawAnswer } from "./raw-answer.ts";

/** How an exchange over a connection of its own ended. */
export type Outcome =
  | { kind: "answer"; answer: RawAnswer }
  /** The connection was closed without a whole answer. */
  | { kind: "closed" }
  | { kind: "malformed"; what: string }
  /** Neither came in time. */
  | { kind: "hung" };

/** What to send, and how long to wait. */
export type RawRequest = {
  bytes: Buffer;
  withinMs: number;
  /** The request is a HEAD, whose answer has no body. */
  toHead?: boolean;
  /** Event streams are read to their end instead of to their beginning. */
  readStreams?: boolean;
  /** Closes the sending half after the last byte. */
  thenEnd?: boolean;
};

/** Sends bytes over a new connection to 127.0.0.1 and reads one answer. */
export function rawExchange(port: number, request: RawRequest): Promise<Outcome> {
  const { bytes, withinMs, toHead = false, readStreams = false, thenEnd = false } = request;
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  let received = Buffer.alloc(0);
  const read = (ended: boolean) => {
    const reading = readAnswer(received, ended, toHead);
    if ("malformed" in reading) resolve({ kind: "malformed", what: reading.malformed });
    else if ("answer" in reading && (reading.answer.complete || ended || !readStreams))
      resolve({ kind: "answer", answer: reading.answer });
    else if (ended) resolve({ kind: "closed" });
  };
  const timer = setTimeout(() => resolve({ kind: "hung" }), withinMs);
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    read(false);
  });
  for (const event of ["end", "error", "close"]) socket.on(event, () => read(true));
  if (thenEnd) socket.end(bytes);
  else socket.write(bytes);
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}
