import type {
  BusMessage,
  EventLog,
  LoggedEvent,
  RecordEnvelope,
  SessionBus,
  StreamAddress,
} from "@headgate/session-store";
import type { Appended, KeptEntry, SessionEvents } from "../sessions/session-events.ts";
import { readEntry, writeEntry, type StreamEntry } from "../sessions/stream-entry.ts";
import type { SharingMeter } from "../telemetry/sharing-meter.ts";

/** A process asks for a call of another by the first, and is answered by the second. */
const ASKED = "runs";
const CONFIRMED = "runs-yes";

/** How long a process may take to say that it still has a call. */
const ANSWER_MS = 1_000;

/** What the events of sessions are kept with. */
interface ShareEventsOptions {
  readonly log: EventLog;
  /** What is kept is sealed as records are, bound to its session and stream. */
  readonly envelope: RecordEnvelope;
  readonly bus: SessionBus;
  readonly meter: SharingMeter;
  /** Whether a call is under way here whose answer goes to a stream. */
  runs(sessionId: string, streamId: string): boolean;
}

/** Keeps events of sessions where all processes find them; the answer makes what one session needs of it. */
function shareEvents(options: ShareEventsOptions): (sessionId: string) => SessionEvents {
  let number = 0;
  const shared = { ...options, nextNumber: () => ++number, ask: askAbout(options) };
  return (sessionId) => new EventsOfSession(shared, sessionId);
}

/** What all sessions of this process keep events with. */
interface SharedEvents extends ShareEventsOptions {
  nextNumber(): number;
  readonly ask: ReturnType<typeof askAbout>;
}

/** A class and not functions, which would take each of many sessions ten times as much. */
class EventsOfSession implements SessionEvents {
  readonly #shared: SharedEvents;
  readonly #sessionId: string;

  constructor(shared: SharedEvents, sessionId: string) {
    this.#shared = shared;
    this.#sessionId = sessionId;
  }

  get tag(): string {
    return this.#shared.bus.processId;
  }

  nextNumber(): number {
    return this.#shared.nextNumber();
  }

  async append(streamId: string, entry: StreamEntry): Promise<Appended> {
    const { log, envelope, meter } = this.#shared;
    const sealed = envelope.seal(`${this.#sessionId} ${streamId}`, writeEntry(entry));
    const appended = await log.append(this.#stream(streamId), sealed);
    if (appended.outcome === "appended") meter.appended();
    return appended.outcome === "unavailable" ? { outcome: "away" } : appended;
  }

  async readAfter(streamId: string, sequence: number): Promise<readonly KeptEntry[] | undefined> {
    const read = await this.#shared.log.readAfter(this.#stream(streamId), sequence);
    if (read.outcome === "unavailable") return undefined;
    return read.events.flatMap((event) => this.#opened(streamId, event) ?? []);
  }

  follow(
    streamId: string,
    after: number,
    take: (kept: KeptEntry) => void | Promise<void>,
  ): () => void {
    const { log, meter } = this.#shared;
    let isOver = false;
    const stop = log.follow(this.#stream(streamId), after, {
      event: (event) => {
        const kept = this.#opened(streamId, event);
        return kept && take(kept);
      },
    });
    meter.following(1);
    return () => {
      if (isOver) return;
      isOver = true;
      meter.following(-1);
      stop();
    };
  }

  runs(tag: string, streamId: string): Promise<boolean | undefined> {
    return this.#shared.ask(tag, this.#sessionId, streamId);
  }

  dropped(): void {
    this.#shared.meter.dropped();
  }

  #stream(streamId: string): StreamAddress {
    return { sessionId: this.#sessionId, streamId };
  }

  /** What cannot be read is as if it had not been kept. */
  #opened(streamId: string, { sequence, event }: LoggedEvent): KeptEntry | undefined {
    const text = this.#shared.envelope.open(`${this.#sessionId} ${streamId}`, event);
    const entry = text.outcome === "opened" ? readEntry(text.text) : undefined;
    return entry && { sequence, entry };
  }
}

/** Asks other processes for calls, and answers them. */
function askAbout({
  bus,
  meter,
  runs,
}: ShareEventsOptions): (
  to: string,
  sessionId: string,
  streamId: string,
) => Promise<boolean | undefined> {
  const waiting = new Map<string, Set<() => void>>();
  bus.listen(ASKED, {
    message: ({ from, text }: BusMessage) => {
      const [sessionId = "", streamId = ""] = text.split(" ");
      if (!runs(sessionId, streamId)) return;
      meter.carried("liveness");
      void bus.sendTo(from, CONFIRMED, text);
    },
  });
  bus.listen(CONFIRMED, {
    message: ({ text }: BusMessage) => {
      for (const heard of waiting.get(text) ?? []) heard();
    },
  });
  return async (to, sessionId, streamId) => {
    if (to === bus.processId) return runs(sessionId, streamId);
    const text = `${sessionId} ${streamId}`;
    const answer = answerTo(waiting, text);
    meter.carried("liveness");
    const { outcome } = await bus.sendTo(to, ASKED, text);
    if (outcome === "sent") return answer;
    void answer;
    return undefined;
  };
}

/** Resolves to true when somebody confirms, and to false after a while. */
function answerTo(waiting: Map<string, Set<() => void>>, text: string): Promise<boolean> {
  const set = waiting.get(text) ?? new Set();
  waiting.set(text, set);
  return new Promise((resolve) => {
    const settle = (runs: boolean): void => {
      clearTimeout(timer);
      set.delete(heard);
      if (set.size === 0 && waiting.get(text) === set) waiting.delete(text);
      resolve(runs);
    };
    const heard = (): void => settle(true);
    const timer = setTimeout(() => settle(false), ANSWER_MS).unref();
    set.add(heard);
  });
}

export { shareEvents };
