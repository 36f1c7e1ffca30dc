import { GatewayError } from "../rpc/errors.ts";
import type { OtherProcesses } from "./other-processes.ts";
import type { SessionRecord } from "./record.ts";

/** The store could not be asked; the same may work later. */
interface StoreAway {
  readonly outcome: "unavailable";
  readonly retryAfterMs: number;
}

/** What is kept under an id. `ended`: on purpose; `missing`: nothing, or what expired; `unreadable`: a record of another version or key. */
type KeptSession =
  | { readonly outcome: "found"; readonly record: SessionRecord }
  | { readonly outcome: "ended" | "missing" | "unreadable" }
  | StoreAway;

/** Where sessions are kept so that any process can serve them; each keeps its own in a cache in front of it. */
interface SharedSessions extends OtherProcesses {
  /** For so long after it was read a session need not be asked for again. */
  readonly freshMs: number;
  /** For so long after its time the store may still keep a session. */
  readonly lateMs: number;
  /** Writes a session that begins. */
  create(id: string, record: SessionRecord): Promise<{ readonly outcome: "created" } | StoreAway>;
  /** The session as it is now, which lives on by that. */
  read(id: string): Promise<KeptSession>;
  /** Whether the session is still there, without letting it live on. */
  lives(id: string): Promise<boolean>;
  /** Ends a session for all processes. */
  end(id: string): Promise<{ readonly outcome: "ended" } | StoreAway>;
  /** Writes what waits to be written. */
  close(): Promise<void>;
}

/** What a client is told whose session cannot be begun or found meanwhile. */
function storeAwayError({ retryAfterMs }: StoreAway): GatewayError {
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return new GatewayError(
    "sessions-unavailable",
    `Sessions cannot be reached at the moment. Try again in ${retryAfterSeconds} s.`,
    { data: { retryAfterSeconds } },
  );
}

export { storeAwayError, type KeptSession, type SharedSessions, type StoreAway };
