import type { Unavailable } from "../unavailable.ts";

/** What a store keeps of a session: a text that means nothing to it, and how often it was written. */
export interface SessionRecord {
  readonly value: string;
  /** 1 when created, and more with each write; see `restoreMissing` for what has a fraction. */
  readonly revision: number;
}

/** Makes the next value from whatever the current one is; pure, and idempotent: a write whose answer was lost is made again. */
export type Change = (value: string) => string;

/** Nothing is known under this id: it never was, or expired, or the store lost it. */
export interface Missing {
  readonly outcome: "missing";
}

/** The session was ended on purpose, and that is still remembered. */
export interface Ended {
  readonly outcome: "ended";
}

/** There is a record, and it cannot be understood: see `EnvelopeRefusal`; `damaged` when it is no record at all. */
export interface Unreadable {
  readonly outcome: "unreadable";
  readonly code: "unknown-version" | "unknown-key" | "damaged" | "not-encrypted" | "no-key";
}

/** The record as it is now. */
export interface Found {
  readonly outcome: "found";
  readonly record: SessionRecord;
}

/** What `create` comes to; `exists` also for an id whose session has ended. */
export type CreateOutcome =
  | { readonly outcome: "created"; readonly record: SessionRecord }
  | { readonly outcome: "exists" }
  | Unavailable;

/** What `read` and `peek` come to. */
export type ReadOutcome = Found | Missing | Ended | Unreadable | Unavailable;

/** What `update` comes to. */
export type UpdateOutcome =
  | { readonly outcome: "updated"; readonly record: SessionRecord }
  | Missing
  | Ended
  | Unreadable
  | Unavailable;

/** What `end` comes to; `was` tells what there was before. */
export type EndOutcome =
  | { readonly outcome: "ended"; readonly was: "live" | "missing" | "ended" }
  | Unavailable;

/** What `restoreMissing` comes to; `exists` with what is there. */
export type RestoreOutcome =
  | { readonly outcome: "restored"; readonly record: SessionRecord }
  | { readonly outcome: "exists"; readonly record: SessionRecord }
  | Ended
  | Unreadable
  | Unavailable;

/**
 * The port: where sessions are kept for all processes. Each call is one round trip, `update` one more for each time that
 * another process wrote in between. `@headgate/session-store/contract` says what every store keeps to.
 */
export interface SessionStore {
  /** Writes the first record of a session, revision 1, if nothing is known under the id. */
  create(id: string, value: string): Promise<CreateOutcome>;
  /** Reads a record and lets it live for a whole TTL from now. */
  read(id: string): Promise<ReadOutcome>;
  /** Reads a record without prolonging its life. */
  peek(id: string): Promise<ReadOutcome>;
  /**
   * Writes what `change` makes of the current value. `known` is the record last seen: with it, one round trip is enough
   * unless somebody wrote since. What is missing or ended stays so. A change that changes nothing writes nothing, and
   * lets the record live for a whole TTL all the same.
   */
  update(id: string, change: Change, known?: SessionRecord): Promise<UpdateOutcome>;
  /**
   * Ends a session for all processes, and remembers that for longer than any of them may hold on to it; of an id that
   * is not known too, so find out first whether whoever asks may.
   */
  end(id: string): Promise<EndOutcome>;
  /**
   * Puts back what the store has lost: writes the record unless one of the same or a later revision is there, or it was
   * ended. Another process may replace it by a later one, until somebody writes: then what was before the loss is over.
   */
  restoreMissing(id: string, record: SessionRecord): Promise<RestoreOutcome>;
}
