import type { Backend, ClientProfile, Inbound } from "../backends/port.ts";
import type { KeptState } from "./session-state.ts";

/** The sessions of one client at its backends. */
interface ClientSessions {
  readonly profile: ClientProfile;
  readonly backends: ReadonlyMap<string, Backend>;
  readonly state: KeptState;
}

/** Nobody is there to hear what a backend says while its session is ended. */
const DEAF: Inbound = {
  message: () => undefined,
  reopened: () => undefined,
  closed: () => undefined,
};

/** Ends, as well as can be, the sessions at backends that other processes opened and this one has no link to. */
function endUnlinked(
  { profile, backends, state }: ClientSessions,
  linked: ReadonlySet<string>,
): Promise<void>[] {
  return [...state.current.backends].map(async ([name, known]) => {
    if (linked.has(name)) return;
    const link = await backends.get(name)?.open(profile, DEAF, known);
    await link?.close();
  });
}

export { endUnlinked };
