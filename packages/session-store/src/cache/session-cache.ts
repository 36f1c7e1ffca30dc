import type {
  Change,
  Ended,
  Missing,
  ReadOutcome,
  SessionRecord,
  Unreadable,
} from "../store/session-store.ts";
import type { Unavailable } from "../unavailable.ts";

/** What `create` comes to; not `written`: the session lives in this process until the store returns. */
export type CachedCreateOutcome =
  | { readonly outcome: "created"; readonly record: SessionRecord; readonly written: boolean }
  | { readonly outcome: "exists" }
  | Unavailable;

/** What `update` comes to; not `written`: this process shows it already, and the store gets it when it returns. */
export type CachedUpdateOutcome =
  | { readonly outcome: "updated"; readonly record: SessionRecord; readonly written: boolean }
  | Missing
  | Ended
  | Unreadable
  | Unavailable;

/** What `end` comes to; not `written`: ended here and, if they hear of it, in the other processes, and in the store when it returns. */
export type CachedEndOutcome =
  | {
      readonly outcome: "ended";
      readonly was: "live" | "missing" | "ended";
      readonly written: boolean;
    }
  | Unavailable;

/** How a session is read. */
export interface ReadOptions {
  /**
   * Ask the store even if this process knows the session; for what another process may have written a moment ago.
   * While the store is away, what this process knows is what counts.
   */
  readonly fresh?: boolean;
}

/** How full a cache is. */
export interface CacheStatistics {
  readonly entries: number;
  readonly bytes: number;
  /** Entries that cannot be evicted now. */
  readonly held: number;
  /** Sessions with something to be written once the store returns. */
  readonly backlog: number;
}

/**
 * Sessions in front of a store. What was used within a tenth of the TTL is known without asking; everything else costs
 * one round trip. While the store is away, sessions known here go on, and what they change is written when it returns.
 */
export interface CachedSessions {
  /** Begins a session; while the store is away that depends on `onStoreFailure`. */
  create(id: string, value: string): Promise<CachedCreateOutcome>;
  /** The session as it is now, used by that. The record is the same object as long as it has not changed. */
  read(id: string, options?: ReadOptions): Promise<ReadOutcome>;
  /** Changes a session on top of what others have changed; changes that come while one is written are written together. */
  update(id: string, change: Change): Promise<CachedUpdateOutcome>;
  /** Ends a session for all processes; answers when those that are known to be there have heard it, or 100 ms later. */
  end(id: string): Promise<CachedEndOutcome>;
  /** Keeps a session from being evicted, from now or from when it is read, until what is answered is called. */
  hold(id: string): () => void;
  /** Writes now what waits for the store; answers how many sessions still wait. */
  flush(): Promise<number>;
  readonly statistics: CacheStatistics;
  /** Stops timers and listening; call `flush` first. */
  close(): void;
}
