import {
  RedisError,
  type RedisArgument,
  type RedisConnection,
  type Reply,
  type Script,
} from "@headgate/redis";
import { wholeNumber } from "./option.ts";
import { unavailable, type Unavailable, type UnavailableReason } from "./unavailable.ts";

/** What every adapter to Redis is given. */
export interface RedisAdapterOptions {
  readonly connection: RedisConnection;
  /** What its keys and channels begin with; each adapter has a default of its own. */
  readonly keyPrefix?: string;
  /** From a call to its outcome, for each round trip; default 100. */
  readonly deadlineMs?: number;
  /** What `unavailable` tells clients to wait; default 1000. */
  readonly retryAfterMs?: number;
}

/** Calls Redis within a deadline; a failure of Redis is an outcome, anything else is thrown. */
export class RedisCaller {
  readonly #connection: RedisConnection;
  readonly #deadlineMs: number;
  readonly retryAfterMs: number;

  constructor({ connection, deadlineMs = 100, retryAfterMs = 1000 }: RedisAdapterOptions) {
    this.#connection = connection;
    this.#deadlineMs = wholeNumber("deadlineMs", deadlineMs, 1);
    this.retryAfterMs = wholeNumber("retryAfterMs", retryAfterMs, 1);
  }

  send(command: string, args: readonly RedisArgument[]): Promise<Replied | Unavailable> {
    return this.#outcome(this.#connection.send(command, args, { deadlineMs: this.#deadlineMs }));
  }

  run(
    script: Script,
    keys: readonly string[],
    args: readonly RedisArgument[],
  ): Promise<Replied | Unavailable> {
    const options = { deadlineMs: this.#deadlineMs };
    return this.#outcome(this.#connection.run(script, keys, args, options));
  }

  publish(channel: string, text: string): Promise<Replied | Unavailable> {
    const options = { deadlineMs: this.#deadlineMs };
    return this.#outcome(this.#connection.publish(channel, text, options));
  }

  async #outcome(calling: Promise<Reply>): Promise<Replied | Unavailable> {
    try {
      return { outcome: "replied", reply: await calling };
    } catch (error) {
      if (!(error instanceof RedisError)) throw error;
      const { executed } = error;
      return unavailable(reasonOf(error), this.retryAfterMs, { executed, cause: error });
    }
  }
}

/** Redis answered. */
export interface Replied {
  readonly outcome: "replied";
  readonly reply: Reply;
}

function reasonOf({ code }: RedisError): UnavailableReason {
  switch (code) {
    case "out-of-memory":
      return "store-full";
    case "error-reply":
    case "forbidden":
    case "unauthenticated":
    case "write-refused":
      return "store-refused";
    case "deadline":
    case "connection-lost":
    case "not-connected":
    case "closed":
    case "no-script":
    case "read-only":
    case "redirected":
    case "cluster-down":
    case "loading":
    case "primary-down":
    case "busy":
    case "invalid-options":
      return "store-away";
  }
}
