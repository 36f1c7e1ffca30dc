import type { ServerResponse } from "node:http";

/** The event stream of one POST, as who answers it sees it. */
interface ClientStream {
  /** Takes a connection whose head is written. */
  attach(response: ServerResponse): void;
  /** Sends one message; without a connection it is kept for the next one. A stream that ended takes none. */
  push(text: string): void;
  /** Sends an empty event, so that the client has an id to come back with. */
  prime(): void;
  /** Asks the client to come back after `retryMs`, and ends its connections; the stream goes on. */
  hangUp(retryMs: number): void;
  /** Nothing more will come; the connection ends when all is written. */
  end(nowMs: number): void;
}

/** The stream for messages that belong to no request. */
interface StandingStream {
  push(text: string): void;
  /** Sends a message that says no more when it is said twice, unless it waits to be sent already. */
  pushOnce(text: string): void;
  /** Takes a connection that gets the messages before those there are; `primed` gives it an id to come back with. */
  join(response: ServerResponse, primed?: boolean): void;
  attach(response: ServerResponse): void;
}

/** The event streams of one session. */
interface ClientStreams {
  /** A new stream for the answers to one POST; `requestId` is JSON text, omitted for a batch. */
  create(requestId?: string): ClientStream;
  readonly standalone: StandingStream;
  /** Whether a client listens here for messages that belong to no request. */
  readonly listening: boolean;
  readonly attachedCount: number;
  /** Whether the answer to a call waits for a client that is not there. */
  readonly abandoned: boolean;
  /** Events kept in this process for clients that come back. */
  readonly keptEvents: number;
  /**
   * Continues the stream of the event with this id on a connection whose head is yet to be written; false when it is
   * not known. A client that has all of a stream that is over gets 204. Rejects with `sessions-unavailable`.
   */
  resume(
    eventId: string,
    response: ServerResponse,
    writeHead: () => void,
  ): boolean | Promise<boolean>;
  /** Whether a stream goes on here, of which another process asks. */
  runs(streamId: string): boolean;
  keepAlive(): void;
  /** Forgets streams that ended before `endedBeforeMs`. */
  sweep(endedBeforeMs: number): void;
  /** Ends one connection; what comes after is kept for the client as for any that went away. */
  dismiss(response: ServerResponse): void;
  /** Ends every connection with a hint when to come back. */
  hangUp(retryMs: number): void;
  /** Ends all streams; resolves when what was said is kept where others find it. Never rejects. */
  close(nowMs: number): void | Promise<void>;
}

export type { ClientStream, ClientStreams, StandingStream };
