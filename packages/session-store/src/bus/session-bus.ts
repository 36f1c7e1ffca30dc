import type { Unavailable } from "../unavailable.ts";

/** A message as it arrives. */
export interface BusMessage {
  /** The process that sent it. */
  readonly from: string;
  readonly topic: string;
  readonly text: string;
  /** Whether it was for this process alone. */
  readonly direct: boolean;
}

/** Who listens to a topic. */
export interface BusListener {
  readonly message: (message: BusMessage) => void;
  /** Messages may have been missed: whoever relies on them reads again what they told of. */
  readonly gap?: () => void;
}

/** What sending comes to. `sent`: handed over; whether anybody heard it is not known. */
export type Sending =
  | { readonly outcome: "sent" }
  | { readonly outcome: "too-large"; readonly maxBytes: number }
  | Unavailable;

/**
 * The port: messages between the processes that serve one set of sessions. A message arrives at most once, in the order
 * in which its sender sent it, and never at its sender. It may get lost; a loss that can be noticed is told as a gap.
 */
export interface SessionBus {
  /** What other processes call this one. */
  readonly processId: string;
  /** Tells every other process. */
  broadcast(topic: string, text: string): Promise<Sending>;
  /** Tells one process; nobody hears it if that one is gone. */
  sendTo(processId: string, topic: string, text: string): Promise<Sending>;
  /** Listens to a topic, until what is answered is called. */
  listen(topic: string, listener: BusListener): () => void;
  /** Stops listening to everything. */
  close(): void;
}
