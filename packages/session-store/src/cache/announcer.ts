import type { SessionBus } from "../bus/session-bus.ts";
import { announcementText, parseAnnouncement } from "./announcement.ts";

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

  constructor(bus: SessionBus | undefined, handlers: AnnouncementHandlers) {
    this.#bus = bus;
    this.#stopListening = bus?.listen(TOPIC, {
      message({ text }) {
        const announcement = parseAnnouncement(text);
        if (announcement?.kind === "ended") handlers.ended(announcement.id);
        if (announcement?.kind === "changed") {
          handlers.changed(announcement.id, announcement.revision);
        }
      },
      gap: handlers.gap,
    });
  }

  // Nobody waits for these: whoever misses one learns at the next round trip.
  ended(id: string): void {
    void this.#bus?.broadcast(TOPIC, announcementText({ kind: "ended", id }));
  }

  changed(id: string, revision: number): void {
    void this.#bus?.broadcast(TOPIC, announcementText({ kind: "changed", id, revision }));
  }

  close(): void {
    this.#stopListening?.();
  }
}
