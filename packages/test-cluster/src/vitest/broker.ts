import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { json, text } from "node:stream/consumers";
import { ClusterError } from "../problem.ts";
import { scratchFolder } from "../process/scratch.ts";

/** What a test can ask of the process that runs the clusters; each answers JSON. */
export type Handlers = Readonly<Record<string, (question: unknown) => Promise<unknown>>>;

/** A server on a socket that only this user can open. */
export interface Broker {
  readonly socket: string;
  close(): Promise<void>;
}

/** Serves questions of other processes; one is answered after the other. */
export async function serveBroker(handlers: Handlers): Promise<Broker> {
  const folder = await scratchFolder();
  const socket = join(folder, "socket");
  let last: Promise<unknown> = Promise.resolve();
  const server = createServer((asked, response) => {
    last = last.then(() => answer(handlers, asked, response));
  }).listen(socket);
  await once(server, "listening");
  return {
    socket,
    async close() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answer(
  handlers: Handlers,
  asked: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const handler = handlers[asked.url?.slice(1) ?? ""];
    if (handler === undefined) throw new ClusterError(`nobody answers ${asked.url}`);
    const result = await handler(await json(asked));
    response.end(JSON.stringify(result ?? null));
  } catch (error) {
    response.writeHead(500).end((error as Error).message);
  }
}

/** Asks a broker; throws a ClusterError with its words when it fails. */
export async function ask<Answer>(
  socket: string,
  what: string,
  question: unknown = {},
): Promise<Answer> {
  const asking = request({ socketPath: socket, path: `/${what}`, method: "POST", agent: false });
  asking.end(JSON.stringify(question));
  const [response] = (await once(asking, "response")) as [IncomingMessage];
  const answered = await text(response);
  if (response.statusCode !== 200) throw new ClusterError(answered);
  return JSON.parse(answered) as Answer;
}
