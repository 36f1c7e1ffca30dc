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

/** What the streams of a session need of it and of the gateway. */
interface StreamsOf {
  readonly facts: SessionFacts;
  readonly context: {
    readonly streamLimits: EventStreamLimits;
    readonly now: () => number;
    readonly others?: OtherProcesses;
  };
  /** What the client sees. */
  view(): View;
  /** Whether it is this process that the client listens to may have changed. */
  listeningChanged(): void;
}

/** The event streams of a session: kept here alone, or where all processes find them that serve it. */
function makeStreams({ facts, context, view, listeningChanged }: StreamsOf): ClientStreams {
  const { streamLimits: limits, now, others } = context;
  const prefix = facts.id.slice(0, 8);
  const events = others?.events?.(facts.id);
  if (events === undefined) return new SessionStreams(limits, prefix);
  const lists = {
    mark: () => listsMark(view()),
    since: (mark: string) => changeTexts(kindsBetween(mark, listsMark(view()))),
  };
  const primes = facts.protocolVersion >= PRIMED_VERSION;
  return new LoggedStreams({ events, limits, prefix, primes, lists, now, listeningChanged });
}

export { makeStreams };
