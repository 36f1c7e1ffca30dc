import type { LoggedEvent } from "./event-log.ts";
import type { Following } from "./following.ts";

/** Who follows which stream in this process. */
export class Followers {
  // Lists and not sets, as a stream mostly has one follower, and many streams have one.
  readonly #byKey = new Map<string, readonly Following[]>();

  add(key: string, following: Following): void {
    this.#byKey.set(key, this.#byKey.get(key)?.concat(following) ?? [following]);
  }

  /** Stops a following and forgets it. */
  stop(key: string, following: Following): void {
    following.stop();
    const others = this.#byKey.get(key)?.filter((other) => other !== following) ?? [];
    if (others.length === 0) this.#byKey.delete(key);
    else this.#byKey.set(key, others);
  }

  offer(key: string, event: LoggedEvent, previous: number): void {
    for (const following of this.#byKey.get(key) ?? []) following.offer(event, previous);
  }
}
