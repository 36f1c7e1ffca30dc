import { changeTexts } from "../catalog/list-changes.ts";
import { kindsBetween, listsMark } from "../catalog/lists-mark.ts";
import type { View } from "../catalog/view.ts";
import type { ClientStreams } from "./client-streams.ts";
import type { EventStreamLimits } from "./event-stream.ts";
import { LoggedStreams } from "./logged-streams.ts";
import type { OtherProcesses } from "./other-processes.ts";
import { PRIMED_VERSION } from "./primed-version.ts";
import type { SessionFacts } from "./session-facts.ts";
import { SessionStreams } from "./session-streams.ts";
import type { Listened } from "./shared-standing.ts";

/** A session, as its streams see it. */
interface Streaming {
  readonly facts: SessionFacts;
  /** What the client sees. */
  readonly view: View;
  /** Whether it is this process that the client listens to may have changed. */
  listeningChanged(): void;
}

/** What the streams of a session need of the gateway. */
interface StreamingWith {
  readonly streamLimits: EventStreamLimits;
  readonly now: () => number;
  readonly others?: OtherProcesses;
}

/** The event streams of a session: kept here alone, or where all processes find them that serve it. */
function makeStreams(session: Streaming, context: StreamingWith): ClientStreams {
  const { streamLimits: limits, now, others } = context;
  const { id, protocolVersion } = session.facts;
  const prefix = id.slice(0, 8);
  const events = others?.events?.(id);
  if (events === undefined)
    return new SessionStreams(limits, prefix, () => session.listeningChanged());
  const primes = protocolVersion >= PRIMED_VERSION;
  return new LoggedStreams({
    events,
    limits,
    prefix,
    primes,
    session: new ListenedSession(session),
    now,
  });
}

/** A class and not functions, which would take each of many sessions more than their streams do. */
class ListenedSession implements Listened {
  readonly #session: Streaming;

  constructor(session: Streaming) {
    this.#session = session;
  }

  mark(): string {
    return listsMark(this.#session.view);
  }

  since(mark: string): readonly string[] {
    return changeTexts(kindsBetween(mark, this.mark()));
  }

  listeningChanged(): void {
    this.#session.listeningChanged();
  }
}

export { makeStreams };
