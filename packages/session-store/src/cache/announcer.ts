import type { SessionBus } from "../bus/session-bus.ts";
import type { Timer } from "../clock.ts";
import { announcementText, parseAnnouncement } from "./announcement.ts";
import { ToldEverywhere } from "./told-everywhere.ts";

/** What to do when other processes speak. */
export interface AnnouncementHandlers {
  readonly ended: (id: string) => void;
  readonly changed: (id: string, revision: number) => void;
  /** Something may have been missed. */
  readonly gap: () => void;
}

const TOPIC = "sessions";

/** Tells other processes of what happened to sessions, and hears what they tell; nothing without a bus. */
export class Announcer {
  readonly #bus: SessionBus | undefined;
  readonly #stopListening: (() => void) | undefined;
  readonly #ends: ToldEverywhere | undefined;

  constructor(bus: SessionBus | undefined, timer: Timer, handlers: AnnouncementHandlers) {
    this.#bus = bus;
    this.#stopListening = bus?.listen(TOPIC, {
      message({ text }) {
        const announcement = parseAnnouncement(text);
        if (announcement !== undefined) handlers.changed(announcement.id, announcement.revision);
      },
      gap: handlers.gap,
    });
    this.#ends = bus && new ToldEverywhere(bus, (id) => handlers.ended(id), timer);
  }

  /** Resolves when all others have heard of it, or did not say so in time. */
  async ended(id: string): Promise<void> {
    await this.#ends?.tell(id);
  }

  // Nobody waits for these: whoever misses one learns at the next round trip.
  changed(id: string, revision: number): void {
    void this.#bus?.broadcast(TOPIC, announcementText({ id, revision }));
  }

  close(): void {
    this.#stopListening?.();
    this.#ends?.close();
  }
}
