/** Told what a connection does, as it does it; for counters. */
export interface RedisObserver {
  /** A command was handed to the connection. */
  commandSent?(): void;
  /** The first command of a turn was: those made before this process does something else leave in one write. */
  roundTripBegun?(): void;
  /** A script's text was sent, because Redis did not have it. */
  scriptLoaded?(): void;
  /** A call was given up at its deadline. */
  deadlineMissed?(): void;
}
