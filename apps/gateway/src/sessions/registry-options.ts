import type { ClientProfile } from "../backends/port.ts";
import type { Caller } from "../identity/caller.ts";
import type { AdmissionOptions } from "./admission.ts";
import type { SessionFacts } from "./session-facts.ts";
import type { Session, SessionContext } from "./session.ts";
import type { SharedSessions } from "./shared-sessions.ts";

/** Why a session is not in this process any more. `left`: it goes on, and another process or a later request finds it. */
type SessionEnd = "deleted" | "expired" | "shutdown" | "left";

/** Limits on the sessions of one process. */
interface RegistryOptions extends AdmissionOptions {
  readonly context: SessionContext;
  readonly ttlMs: number;
  /** How long finished streams are kept for clients that come back. */
  readonly resumeWindowMs: number;
  readonly now: () => number;
  readonly newId: () => string;
  /** Where sessions are kept for other processes; each lives and dies in this one without it. */
  readonly shared?: SharedSessions | undefined;
  /**
   * Counts a client of another process into its class, which `leave` counts out of; resolves to the class's key once
   * what the backends that the client uses offer is known here as well, or could not be read.
   */
  join(profile: ClientProfile, backends: Iterable<string>): Promise<string>;
  /** Counts a client out of its class, whoever counted it in. */
  leave(classKey: string): void;
  restored(session: Session): void;
  ended(session: Session, why: SessionEnd): void;
}

/** What a session is made of. */
type NewSession = Omit<SessionFacts, "id">;

/** Who asks for a session, and the headers of the request to pass through. */
interface Asker {
  readonly caller: Caller;
  readonly passed: Readonly<Record<string, string>>;
}

export type { Asker, NewSession, RegistryOptions, SessionEnd };
