import { Round } from "./round.ts";
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

/** So many are counted while somebody waits. */
const FEW = 1_000;

/** Counts what sessions hold: a few when asked, many every now and then, so that no request waits for the count. */
class HeldCount {
  readonly #rounds = new Round();
  #latest: Held | undefined;

  /** What these sessions hold, or held when they were last counted. */
  of(sessions: ReadonlyMap<string, Session>): Held {
    if (this.#latest !== undefined && sessions.size > FEW)
      return { ...this.#latest, sessions: sessions.size };
    const tally = new Tally();
    for (const session of sessions.values()) tally.add(session);
    return tally;
  }

  /** Begins to count them, if they are many. */
  recount(sessions: ReadonlyMap<string, Session>): void {
    const tally = new Tally();
    if (sessions.size > FEW)
      this.#rounds.begin(this.#untilTold(sessions.values(), tally), (session) =>
        tally.add(session),
      );
  }

  *#untilTold(sessions: Iterable<Session>, tally: Tally): Iterable<Session> {
    yield* sessions;
    this.#latest = tally;
  }
}

class Tally implements Held {
  sessions = 0;
  streams = 0;
  events = 0;
  readonly backendSessions = new Map<string, number>();

  add({ openedStreams, openLinks }: Session): void {
    this.sessions++;
    if (openedStreams?.listening) this.streams++;
    this.events += openedStreams?.keptEvents ?? 0;
    for (const [backend] of openLinks)
      this.backendSessions.set(backend, (this.backendSessions.get(backend) ?? 0) + 1);
  }
}

export { HeldCount, type Held };
