import { Retry, type RetryOptions } from "../retry.ts";
import type { Unavailable } from "../unavailable.ts";
import type { EventFollower, EventsRead, LoggedEvent } from "./event-log.ts";

/** What a following reads from. */
export interface FollowingParts {
  readonly after: number;
  readonly follower: EventFollower;
  readonly readAfter: (sequence: number) => Promise<EventsRead | Unavailable>;
  readonly retry: RetryOptions;
}

/**
 * Brings a follower from a sequence to the end of a stream, and again whenever it is woken. What it is told of new events
 * need not be complete, in order or true: it reads them from the log, so nothing is lost and nothing comes twice.
 */
export class Following {
  readonly #parts: FollowingParts;
  /** Made with the first failure: most followings have none. */
  #retry: Retry | undefined;
  #latest: number;
  #isRunning = false;
  #isWoken = false;
  #isStopped = false;
  #wasToldOfLoss = false;

  constructor(parts: FollowingParts) {
    this.#parts = parts;
    this.#latest = parts.after;
  }

  /** There may be something new; nothing is done if that was before `sequence`. */
  wake(sequence = Infinity): void {
    if (this.#isStopped || sequence <= this.#latest) return;
    this.#isWoken = true;
    if (!this.#isRunning) void this.#run();
  }

  /** Takes what is published of a new event: its sequence. */
  message(sequence: string): void {
    this.wake(Number(sequence));
  }

  /** From here on nothing that is published is missed; what came before is read once more. */
  subscribed(): void {
    this.wake();
  }

  /** Somebody in this process has just appended an event: if it is the next one, it need not be read. */
  offer(event: LoggedEvent, previous: number): void {
    if (this.#isStopped || event.sequence <= this.#latest) return;
    if (this.#isRunning || previous !== this.#latest) this.wake(event.sequence);
    else void this.#run([event]);
  }

  stop(): void {
    this.#isStopped = true;
    this.#retry?.stop();
  }

  async #run(next: readonly LoggedEvent[] = []): Promise<void> {
    this.#isRunning = true;
    try {
      await this.#deliver(next);
      while (this.#isWoken && !this.#isStopped) {
        this.#isWoken = false;
        await this.#pull();
      }
    } catch {
      // A follower that cannot take an event could not take the next in its place.
      this.stop();
    }
    this.#isRunning = false;
  }

  async #pull(): Promise<void> {
    const read = await this.#parts.readAfter(this.#latest);
    if (this.#isStopped) return;
    if (read.outcome === "unavailable") {
      (this.#retry ??= new Retry(this.#parts.retry, () => this.wake())).failed();
      return;
    }
    this.#retry?.succeeded();
    // Once, until something comes: an empty stream says the same each time.
    if (read.lost && !this.#wasToldOfLoss) this.#parts.follower.lost?.();
    this.#wasToldOfLoss = read.lost;
    await this.#deliver(read.events);
    if (read.more) this.#isWoken = true;
  }

  async #deliver(events: readonly LoggedEvent[]): Promise<void> {
    for (const event of events) {
      if (this.#isStopped) return;
      this.#latest = event.sequence;
      this.#wasToldOfLoss = false;
      await this.#parts.follower.event(event);
    }
  }
}
