import type { SessionEvents } from "./session-events.ts";
import type { ShareState } from "./session-state.ts";

/** The other processes that serve the same sessions, as one session speaks to them. */
interface OtherProcesses {
  /** Names this process among them. */
  readonly tag: string;
  /** Makes a change to the state of a session for all of them. */
  share(id: string): ShareState;
  /** Hands the client's answer to the process that waits for it. */
  answer(tag: string, id: string, text: string): void;
  /** Tells all of what the client said that this process has no use for. */
  tell(id: string, text: string): void;
  /** Where the events of a session are kept for all of them. */
  events?(id: string): SessionEvents;
}

export type { OtherProcesses };
