import type { RedisError } from "./error.ts";
import type { EvictionPolicy } from "./eviction-policy.ts";
import type { Script } from "./script.ts";
import type { Subscriber } from "./subscriber.ts";

/** What a call may be given beside its name; no keys are added, nothing is prefixed. */
export type RedisArgument = string | number;

/** What Redis answers, as RESP2 has it. */
export type Reply = string | number | null | readonly Reply[];

/** How one call is made. */
export interface CallOptions {
  /** From now to the reply; default: that of the connection. */
  readonly deadlineMs?: number | undefined;
}

/** `connecting` until the first success or failure, `ready` while commands can be sent, `lost` while it is tried again. */
export type RedisState = "connecting" | "ready" | "lost" | "closed";

/** Told of every change; `failure` says why the connection was lost, as far as that is known. */
export type StateListener = (state: RedisState, failure: RedisError | undefined) => void;

/**
 * A connection that makes itself anew for ever. A call is sent once, at once or not at all: nothing waits for the
 * connection, and nothing is repeated of which it is not certain that it was not executed.
 */
export interface RedisConnection {
  readonly state: RedisState;
  /** Calls back on every change from now on; answers how to end that. */
  onState(listener: StateListener): () => void;
  /** Sends one command; rejects with a `RedisError`, at its deadline at the latest (to 2 ms). */
  send(command: string, args?: readonly RedisArgument[], options?: CallOptions): Promise<Reply>;
  /**
   * Runs a script by its name, at the cost of one round trip; of one more where Redis does not have it yet. In a
   * Cluster all keys must be of one slot. Rejects like `send`; the deadline is for all of it.
   */
  run(
    script: Script,
    keys: readonly string[],
    args?: readonly RedisArgument[],
    options?: CallOptions,
  ): Promise<Reply>;
  /** Asks what happens to keys when memory is full; `unknown` when that may not be asked. Rejects like `send`. */
  evictionPolicy(): Promise<EvictionPolicy>;
  /** Tells everybody subscribed to a channel, and answers how many of them the server asked knew. Rejects like `send`. */
  publish(channel: string, message: string, options?: CallOptions): Promise<number>;
  /** Listens to a channel on a second connection, made for the first subscriber; answers how to end that. */
  subscribe(channel: string, subscriber: Subscriber): () => void;
  /** Ends everything; calls under way are given up. Resolves when nothing is left open. */
  close(): Promise<void>;
}
