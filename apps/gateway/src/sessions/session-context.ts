import type { Backend } from "../backends/port.ts";
import type { EventStreamLimits } from "./event-stream.ts";
import type { OtherProcesses } from "./other-processes.ts";
import type { ClassLists } from "./own-catalogs.ts";

/** What a session needs from the rest of the gateway. */
interface SessionContext extends ClassLists {
  readonly backends: ReadonlyMap<string, Backend>;
  readonly streamLimits: EventStreamLimits;
  readonly now: () => number;
  /** Nobody when this process serves its sessions alone. */
  readonly others?: OtherProcesses;
  /** A backend told this session that a list of its changed. */
  listChanged(classKey: string, backend: string): void;
  /** No link to a backend could be opened for this session. */
  linkFailed(backend: string): void;
  /** A backend asked something of the client; `refused` when too many of its requests wait already. */
  asked(backend: string, method: string, outcome: "forwarded" | "refused"): void;
}

export type { SessionContext };
