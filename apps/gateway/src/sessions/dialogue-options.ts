import type { Backend, ClientProfile, Link } from "../backends/port.ts";
import type { Renewal } from "./backend-sessions.ts";
import type { OtherProcesses } from "./other-processes.ts";
import type { KeptState } from "./session-state.ts";

/** What one client's dialogue with its backends needs of the client and of the gateway. */
interface DialogueOptions {
  readonly sessionId: string;
  readonly profile: ClientProfile;
  readonly state: KeptState;
  readonly backends: ReadonlyMap<string, Backend>;
  /** Nobody when this process serves its sessions alone. */
  readonly others?: OtherProcesses | undefined;
  readonly now: () => number;
  /** Whether the client listens for messages that belong to no request. */
  listening(): boolean;
  /** Takes what is for the client and belongs to no request of it. */
  notify(text: string): void;
  listChanged(backend: string, link: Link): void;
  /** A link has a new session: what the backend offered to the old one is over. */
  restarted(backend: string): void;
  unlinked(backend: string): void;
  linkFailed(backend: string): void;
  /** What a backend kept for this client is gone. */
  renewed(backend: string, why: Renewal): void;
  /** A backend asked something of the client; `refused` when too many of its requests wait already. */
  asked(backend: string, method: string, outcome: "forwarded" | "refused"): void;
}

export type { DialogueOptions };
