import type { BusListener, BusMessage } from "./session-bus.ts";

/** Who listens to which topic in one process. */
export class Listeners {
  readonly #byTopic = new Map<string, Set<BusListener>>();

  add(topic: string, listener: BusListener): () => void {
    const listeners = this.#byTopic.get(topic) ?? new Set();
    this.#byTopic.set(topic, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#byTopic.get(topic) === listeners) {
        this.#byTopic.delete(topic);
      }
    };
  }

  tell(message: BusMessage): void {
    for (const listener of this.#byTopic.get(message.topic) ?? []) listener.message(message);
  }

  tellGap(): void {
    for (const listeners of this.#byTopic.values()) {
      for (const listener of listeners) listener.gap?.();
    }
  }

  clear(): void {
    this.#byTopic.clear();
  }
}
