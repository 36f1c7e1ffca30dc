import type { BusMessage, RecordEnvelope, SessionBus } from "@headgate/session-store";
import type { EventLog, LoggedEvent } from "@headgate/session-store";
import type { Appended, KeptEntry, SessionEvents } from "../sessions/session-events.ts";
import { readEntry, writeEntry } from "../sessions/stream-entry.ts";
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
  const { log, bus, meter } = options;
  const tag = bus.processId;
  let number = 0;
  const runs = askAbout(options);
  return (sessionId) => ({
    tag,
    nextNumber: () => ++number,
    async append(streamId, entry): Promise<Appended> {
      const sealed = options.envelope.seal(`${sessionId} ${streamId}`, writeEntry(entry));
      const appended = await log.append({ sessionId, streamId }, sealed);
      if (appended.outcome === "appended") meter.appended();
      return appended.outcome === "unavailable" ? { outcome: "away" } : appended;
    },
    async readAfter(streamId, sequence) {
      const read = await log.readAfter({ sessionId, streamId }, sequence);
      if (read.outcome === "unavailable") return undefined;
      return read.events.flatMap((event) => opened(options, sessionId, streamId, event) ?? []);
    },
    follow(streamId, after, take) {
      const stop = log.follow({ sessionId, streamId }, after, {
        event: (event) => {
          const kept = opened(options, sessionId, streamId, event);
          return kept && take(kept);
        },
      });
      return counted(stop, meter);
    },
    runs: (to, streamId) => runs(to, sessionId, streamId),
    dropped: () => meter.dropped(),
  });
}

/** What cannot be read is as if it had not been kept. */
function opened(
  { envelope }: ShareEventsOptions,
  sessionId: string,
  streamId: string,
  { sequence, event }: LoggedEvent,
): KeptEntry | undefined {
  const text = envelope.open(`${sessionId} ${streamId}`, event);
  const entry = text.outcome === "opened" ? readEntry(text.text) : undefined;
  return entry && { sequence, entry };
}

function counted(stop: () => void, meter: SharingMeter): () => void {
  meter.following(1);
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    meter.following(-1);
    stop();
  };
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
