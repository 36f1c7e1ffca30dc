import type { Session } from "./session.ts";

/** What the sessions of a process hold at one moment. */
interface Held {
  readonly sessions: number;
  /** Those that have a standing stream. */
  readonly streams: number;
  /** Events kept so that a stream can be resumed. */
  readonly events: number;
  /** Open links, by backend. */
  readonly backendSessions: ReadonlyMap<string, number>;
}

/** Counts what these sessions hold. */
function heldBy(sessions: Iterable<Session>): Held {
  let [count, streams, events] = [0, 0, 0];
  const backendSessions = new Map<string, number>();
  for (const { openedStreams, openLinks } of sessions) {
    count++;
    if (openedStreams?.listening) streams++;
    events += openedStreams?.keptEvents ?? 0;
    for (const [backend] of openLinks)
      backendSessions.set(backend, (backendSessions.get(backend) ?? 0) + 1);
  }
  return { sessions: count, streams, events, backendSessions };
}

export { heldBy, type Held };
