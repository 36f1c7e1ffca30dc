import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

const LOOK_AGAIN_MS = 20;

const sentAway = new WeakSet<Server>();

/** Ends every connection with its next answer from now on, so that clients make their next one to somebody who stays. */
function sendAway(server: Server): void {
  if (sentAway.has(server)) return;
  sentAway.add(server);
  server.prependListener("request", (_: IncomingMessage, response: ServerResponse) => {
    response.shouldKeepAlive = false;
  });
}

/** Resolves once every answer that was ended is written and no connection is left, and after `withinMs` at the latest. */
async function everythingWritten(server: Server, withinMs: number): Promise<void> {
  // One that was opened and never used looks busy to Node.
  const untilMs = performance.now() + withinMs;
  while (performance.now() < untilMs) {
    server.closeIdleConnections();
    if ((await connectionsOf(server)) === 0) return;
    await delay(LOOK_AGAIN_MS);
  }
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.getConnections((error, count) => resolve(error === null ? count : 0));
  });
}

export { everythingWritten, sendAway };
