import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster, Redis } from "ioredis";
import type { Backoff } from "./backoff.ts";

/** A client of the library that carries commands. */
export type Client = Redis | Cluster;

/** Connects a client again where the library ends it for good, as when a connection cannot even be begun. */
export function keepUp(client: Client, backoff: Backoff, closed: AbortSignal): void {
  client.on("ready", () => backoff.ready());
  client.on("end", () => {
    if (closed.aborted) return;
    sleep(backoff.nextDelayMs(), undefined, { signal: closed })
      .then(() => client.connect())
      .catch(() => undefined);
  });
}
