import type { LoggedEvent } from "./event-log.ts";
import type { Following } from "./following.ts";

/** Who follows which stream in this process. */
export class Followers {
  readonly #byKey = new Map<string, Set<Following>>();

  add(key: string, following: Following): () => void {
    const followings = this.#byKey.get(key) ?? new Set();
    this.#byKey.set(key, followings.add(following));
    return () => {
      following.stop();
      followings.delete(following);
      if (followings.size === 0 && this.#byKey.get(key) === followings) this.#byKey.delete(key);
    };
  }

  offer(key: string, event: LoggedEvent, previous: number): void {
    for (const following of this.#byKey.get(key) ?? []) following.offer(event, previous);
  }
}
