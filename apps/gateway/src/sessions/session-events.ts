import type { StreamEntry } from "./stream-entry.ts";

/** An entry with the number under which it is kept; numbers of a stream grow. */
interface KeptEntry {
  readonly sequence: number;
  readonly entry: StreamEntry;
}

/** What keeping an entry came to. `away`: not now, and possibly it was kept all the same; `ended`: the session is over. */
type Appended =
  | { readonly outcome: "appended"; readonly sequence: number }
  | { readonly outcome: "too-large" | "ended" | "away" };

/** The events of one session, kept where all processes find them. Nothing of it rejects or takes longer than 100 ms but `runs`. */
interface SessionEvents {
  /** Names this process among those that serve the session. */
  readonly tag: string;
  /** Grows with each call, in all sessions of this process. */
  nextNumber(): number;
  append(streamId: string, entry: StreamEntry): Promise<Appended>;
  /** The first entries after a number; nothing when they cannot be had now. */
  readAfter(streamId: string, sequence: number): Promise<readonly KeptEntry[] | undefined>;
  /** Gives every entry after a number, each once and in order, until what is answered is called; the next waits for what is returned. */
  follow(
    streamId: string,
    after: number,
    take: (kept: KeptEntry) => void | Promise<void>,
  ): () => void;
  /** Whether a process still has the call whose answer goes to this stream; nothing when it cannot be asked now. */
  runs(tag: string, streamId: string): Promise<boolean | undefined>;
  /** An event was not kept, so that a client that comes back elsewhere does not get it. */
  dropped(): void;
}

export type { Appended, KeptEntry, SessionEvents };
