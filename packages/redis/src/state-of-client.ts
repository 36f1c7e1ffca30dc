import { Cluster } from "ioredis";
import type { RedisState, StateListener } from "./connection.ts";
import { errorOfReply } from "./error-reply.ts";
import { RedisError } from "./error.ts";
import type { Client } from "./keep-up.ts";

/** What a client's events come to: one state, and the reason for the last loss. */
export class StateOfClient {
  readonly #client: Client;
  readonly #listeners = new Set<StateListener>();
  #current: RedisState = "connecting";
  #failure: RedisError | undefined;

  constructor(client: Client) {
    this.#client = client;
    client.on("error", (error: Error) => (this.#failure = failureOfConnecting(error)));
    client.on("node error", (error: Error) => (this.#failure = failureOfConnecting(error)));
    client.on("close", () => this.#become("lost"));
    client.on("end", () => this.#become("lost"));
    client.on("ready", () => void this.#makeReady());
  }

  get current(): RedisState {
    return this.#current;
  }

  /** Why there is no connection; undefined while there is one. */
  get failure(): RedisError | undefined {
    return this.#current === "ready" ? undefined : this.#failure;
  }

  listen(listener: StateListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Disconnects for good. */
  async close(): Promise<void> {
    this.#failure = new RedisError("closed", "This process has closed its connection to Redis");
    this.#become("closed");
    await disconnected(this.#client);
  }

  // A Cluster's nodes connect when first used; who is told that it is ready should not be the one to wait for that.
  async #makeReady(): Promise<void> {
    if (this.#client instanceof Cluster) await connectNodes(this.#client);
    if (this.#client.status === "ready") this.#become("ready");
  }

  #become(state: RedisState): void {
    if (this.#current === state || this.#current === "closed") return;
    this.#current = state;
    const failure = state === "ready" ? undefined : this.#failure;
    if (state === "ready") this.#failure = undefined;
    for (const listener of this.#listeners) listener(state, failure);
  }
}

/** Disconnects a client and resolves when it has ended. */
export function disconnected(client: Client): Promise<void> {
  return new Promise((resolve) => {
    // Between two attempts there is nothing to end, and no event will come.
    const idle = ["end", "reconnecting", "close"].includes(client.status);
    if (!idle) client.once("end", resolve);
    client.disconnect();
    if (idle) resolve();
  });
}

async function connectNodes(cluster: Cluster): Promise<void> {
  const waiting = cluster.nodes("master").filter((node) => node.status === "wait");
  await Promise.allSettled(waiting.map((node) => node.connect()));
}

function failureOfConnecting(error: Error): RedisError {
  if (error.name === "ReplyError") return errorOfReply(error.message);
  const { code } = error as NodeJS.ErrnoException;
  const text = error.message === "" ? (code ?? error.name) : error.message;
  return new RedisError("not-connected", text);
}
