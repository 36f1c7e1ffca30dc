import type { SessionEvents } from "./session-events.ts";
import { writeSender, type StreamEntry } from "./stream-entry.ts";

/** What waits to be kept while that cannot be done; of more, the oldest messages are dropped. */
const MAX_WAITING = 256;
const MAX_WAITING_CHARS = 1024 * 1024;
const RETRY_MS = 1_000;

/** Who hears how writing goes. */
interface StandingLogEvents {
  /** Says at once what cannot be kept now; false when nobody is here to hear it. */
  direct(text: string, head: string): boolean;
  /** Whether entries can be kept is otherwise than before. */
  changed(): void;
}

/**
 * Writes a process's entries of a standing stream, in order and once each, also when it is not known whether an attempt
 * was of use: an entry that is there twice has its number twice.
 */
class StandingLog {
  readonly #session: SessionEvents;
  readonly #streamId: string;
  readonly #events: StandingLogEvents;
  #waiting: StreamEntry[] = [];
  #chars = 0;
  #running: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #away = false;
  #closed = false;

  constructor(session: SessionEvents, streamId: string, events: StandingLogEvents) {
    this.#session = session;
    this.#streamId = streamId;
    this.#events = events;
  }

  /** Whether nothing can be kept now. */
  get away(): boolean {
    return this.#away;
  }

  /** Has an entry kept; its number. */
  add(kind: StreamEntry["kind"], text: string): number {
    const number = this.#session.nextNumber();
    const head = writeSender({ tag: this.#session.tag, number });
    if (this.#away && kind === "message" && this.#events.direct(text, head)) {
      this.#session.dropped();
      return number;
    }
    this.#waiting.push({ kind, head, text });
    this.#chars += text.length;
    this.#bound();
    if (this.#retry === undefined) this.#running ??= this.#run();
    return number;
  }

  /** Resolves when all was kept, or cannot be now. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#retry = undefined;
    for (let entry = this.#waiting[0]; entry !== undefined; entry = this.#waiting[0]) {
      const { outcome } = await this.#session.append(this.#streamId, entry);
      if (outcome === "away") {
        this.#leave();
        break;
      }
      this.#remove(entry);
      if (outcome !== "appended") this.#tooMuch(entry);
      this.#turn(false);
    }
    this.#running = undefined;
  }

  /** Whoever listens here gets what waits now; the rest waits on. */
  #leave(): void {
    this.#turn(true);
    for (const entry of this.#waiting) {
      if (entry.kind !== "message" || !this.#events.direct(entry.text, entry.head)) continue;
      this.#session.dropped();
      this.#remove(entry);
    }
    if (this.#closed) return;
    this.#retry = setTimeout(() => void (this.#running = this.#run()), RETRY_MS).unref();
  }

  #turn(away: boolean): void {
    if (this.#away === away) return;
    this.#away = away;
    this.#events.changed();
  }

  #tooMuch({ kind, text, head }: StreamEntry): void {
    if (kind !== "message") return;
    this.#session.dropped();
    this.#events.direct(text, head);
  }

  #bound(): void {
    while (this.#waiting.length > MAX_WAITING || this.#chars > MAX_WAITING_CHARS) {
      const oldest = this.#waiting.find(({ kind }, index) => index > 0 && kind === "message");
      if (oldest === undefined) return;
      this.#session.dropped();
      this.#remove(oldest);
    }
  }

  #remove(entry: StreamEntry): void {
    const index = this.#waiting.indexOf(entry);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    this.#chars -= entry.text.length;
  }
}

export { StandingLog, type StandingLogEvents };
