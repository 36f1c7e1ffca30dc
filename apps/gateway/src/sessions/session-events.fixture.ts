import { memoryEventLog, type EventLog } from "@headgate/session-store";
import type { KeptEntry, SessionEvents } from "./session-events.ts";
import { readEntry, writeEntry } from "./stream-entry.ts";

/** A log in which several processes keep the events of one session, and which a test may take away. */
class EventsForAll {
  readonly #log: EventLog = memoryEventLog();
  readonly #numbers = new Map<string, number>();
  /** Nothing can be kept or read now; `after`: what is kept is kept, and nobody hears so. */
  away: "before" | "after" | undefined;
  /** Streams whose call is under way, by process. */
  readonly running = new Set<string>();
  /** What is kept of each stream, in order. */
  readonly kept: string[] = [];
  dropped = 0;
  /** So large may an event be. */
  maxChars = 1_000_000;

  /** The events as one process has them. */
  at(tag: string): SessionEvents {
    const of = (streamId: string) => ({ sessionId: "s", streamId });
    const entryOf = ({ sequence, event }: { sequence: number; event: string }): KeptEntry[] => {
      const entry = readEntry(event);
      return entry === undefined ? [] : [{ sequence, entry }];
    };
    return {
      tag,
      nextNumber: () => {
        const number = (this.#numbers.get(tag) ?? 0) + 1;
        this.#numbers.set(tag, number);
        return number;
      },
      append: async (streamId, entry) => {
        await Promise.resolve();
        if (this.away === "before") return { outcome: "away" };
        if (entry.text.length > this.maxChars) return { outcome: "too-large" };
        this.kept.push(`${streamId} ${writeEntry(entry)}`);
        const appended = await this.#log.append(of(streamId), writeEntry(entry));
        if (this.away === "after" || appended.outcome === "unavailable") return { outcome: "away" };
        return appended;
      },
      readAfter: async (streamId, sequence) => {
        const read = await this.#log.readAfter(of(streamId), sequence);
        if (this.away !== undefined || read.outcome === "unavailable") return undefined;
        return read.events.flatMap(entryOf);
      },
      follow: (streamId, after, take) =>
        this.#log.follow(of(streamId), after, {
          event: async (event) => {
            for (const kept of entryOf(event)) await take(kept);
          },
        }),
      runs: async (to, streamId) =>
        this.away === undefined ? this.running.has(`${to} ${streamId}`) : undefined,
      dropped: () => void this.dropped++,
    };
  }

  async delete(): Promise<void> {
    await this.#log.deleteSession("s");
  }
}

export { EventsForAll };
