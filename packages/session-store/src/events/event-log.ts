import type { Ended } from "../store/session-store.ts";
import type { Unavailable } from "../unavailable.ts";

/** One stream of events of one session; names are 1 to 128 characters of visible ASCII. */
export interface StreamAddress {
  readonly sessionId: string;
  readonly streamId: string;
}

/** An event as it is kept. */
export interface LoggedEvent {
  /** Grows from event to event of a stream, with holes, and never comes again, not even after the log was lost. */
  readonly sequence: number;
  readonly event: string;
}

/** What `append` comes to; `ended` when the session's events were deleted. */
export type AppendOutcome =
  | { readonly outcome: "appended"; readonly sequence: number }
  | { readonly outcome: "too-large"; readonly maxBytes: number }
  | Ended
  | Unavailable;

/** A page of events. */
export interface EventsRead {
  readonly outcome: "events";
  /** In order. */
  readonly events: readonly LoggedEvent[];
  /** Events that came after the sequence asked for may be missing before these: dropped by a bound, expired, or lost. */
  readonly lost: boolean;
  /** There are more after these. */
  readonly more: boolean;
}

/** Who follows a stream. */
export interface EventFollower {
  /** Each event once and in order; the next waits until what is returned resolves. If it fails, the following ends. */
  readonly event: (event: LoggedEvent) => void | Promise<void>;
  /** Events before the next one may be missing; see `EventsRead`. */
  readonly lost?: () => void;
}

/** Bounds of what is kept; the oldest events go first, the newest always stays. */
export interface EventLogBounds {
  /** Of one stream; default 256. */
  readonly maxEvents?: number;
  /** Of one stream's events, in bytes of UTF-8, and of one event; default 1 MiB. */
  readonly maxBytes?: number;
  /** Of one session: the stream without a new event for longest goes; default 64. */
  readonly maxStreams?: number;
  /** How long a stream is kept after its last event, and the end of a session is remembered; default 10 minutes. */
  readonly ttlMs?: number;
}

/**
 * The port: events kept for clients that come back, on any process. An event is in the log before `append` answers. Each
 * call is one round trip. Events are had by the session's id alone, so whoever asks must have been let into the session.
 */
export interface EventLog {
  append(stream: StreamAddress, event: string): Promise<AppendOutcome>;
  /** Events after a sequence, 0 for all, at most `limit` (default and most: 100). */
  readAfter(
    stream: StreamAddress,
    sequence: number,
    limit?: number,
  ): Promise<EventsRead | Unavailable>;
  /** Gives a follower what comes after a sequence, and then whatever is appended, without loss or repetition between the two; until what is answered is called. */
  follow(stream: StreamAddress, sequence: number, follower: EventFollower): () => void;
  /** Deletes all events of a session, and refuses further ones. */
  deleteSession(sessionId: string): Promise<{ readonly outcome: "deleted" } | Unavailable>;
}
