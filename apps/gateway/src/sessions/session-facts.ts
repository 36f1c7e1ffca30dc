import type { ClientProfile } from "../backends/port.ts";
import type { Caller } from "../identity/caller.ts";

/** What the client said of itself in `initialize`. Equal texts are shared between sessions. */
interface SessionFacts {
  readonly id: string;
  readonly protocolVersion: string;
  /** Who began it; it is nobody else's. */
  readonly caller: Caller;
  readonly profile: ClientProfile;
  /** Names the class of clients that see the same catalogue. */
  readonly classKey: string;
}

export type { SessionFacts };
