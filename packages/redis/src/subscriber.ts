import type { RedisError } from "./error.ts";

/** Who listens to a channel. */
export interface Subscriber {
  /** A message came. */
  message(text: string): void;
  /** Messages come from now on; told again after each loss of the connection, during which they were missed. */
  subscribed?(): void;
  /** The server refuses the subscription, for example because the user may not. */
  refused?(failure: RedisError): void;
}
