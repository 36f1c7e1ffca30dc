import type { SessionBus } from "../bus/session-bus.ts";
import type { Timer } from "../clock.ts";

// What processes say to each other about who is there, and who heard what.
const TOPIC = "heard";

// After this time a process that did not say that it heard is taken for gone, until it is heard of again.
const LONGEST_MS = 100;

interface Waiting {
  readonly silent: Set<string>;
  readonly done: () => void;
}

/**
 * Tells the other processes that a session was ended, and waits until each of them has heard it: a client whose DELETE
 * was answered must not be let in anywhere. Knows the others by what they say, so that nobody has to count them.
 */
export class ToldEverywhere {
  readonly #bus: SessionBus;
  readonly #timer: Timer;
  readonly #others = new Set<string>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #stop: () => void;

  /** `ended` hears of sessions that another process ended. */
  constructor(bus: SessionBus, ended: (id: string) => void, timer: Timer) {
    this.#bus = bus;
    this.#timer = timer;
    this.#stop = bus.listen(TOPIC, {
      message: ({ from, text }) => this.#hear(from, text, ended),
      // Whoever came meanwhile does not know of this process, nor this one of them.
      gap: () => void bus.broadcast(TOPIC, "hello"),
    });
    void bus.broadcast(TOPIC, "hello");
  }

  /** Resolves when all others have heard of it, or did not say so in time. */
  async tell(id: string): Promise<void> {
    void this.#bus.broadcast(TOPIC, `ended ${id}`);
    if (this.#others.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const silent = new Set(this.#others);
    this.#waiting.set(id, { silent, done: resolve });
    const stopTimer = this.#timer(LONGEST_MS, resolve);
    await promise;
    stopTimer();
    this.#waiting.delete(id);
    for (const gone of silent) this.#others.delete(gone);
  }

  close(): void {
    void this.#bus.broadcast(TOPIC, "bye");
    this.#stop();
    for (const { done } of this.#waiting.values()) done();
  }

  #hear(from: string, text: string, ended: (id: string) => void): void {
    if (text === "bye") return void this.#others.delete(from);
    this.#others.add(from);
    const [word = "", id = ""] = text.split(" ", 2);
    if (word === "hello") void this.#bus.sendTo(from, TOPIC, "here");
    if (word === "ended") {
      ended(id);
      void this.#bus.sendTo(from, TOPIC, `heard ${id}`);
    }
    if (word === "heard") this.#heard(from, id);
  }

  #heard(from: string, id: string): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    waiting.silent.delete(from);
    if (waiting.silent.size === 0) waiting.done();
  }
}
