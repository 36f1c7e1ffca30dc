import type { Caller } from "../identity/caller.ts";
import type { Session } from "./session.ts";

/** A session that is being brought to this process. */
interface Restore {
  readonly id: string;
  /** Another process ended it meanwhile. */
  ended: boolean;
}

/** Sessions that are being brought to this process: each once, however many requests of its caller wait for it. */
class Restores {
  readonly #underWay = new Map<string, Restore & { readonly done: Promise<Session | undefined> }>();

  /** Joins what is under way for this caller, or begins it. */
  share(
    id: string,
    { kind, userKey }: Caller,
    begin: (restore: Restore) => Promise<Session | undefined>,
  ): Promise<Session | undefined> {
    // What one caller is told of a session says nothing to another one.
    const key = JSON.stringify([id, kind, userKey]);
    const known = this.#underWay.get(key);
    if (known !== undefined) return known.done;
    const restore: Restore = { id, ended: false };
    const done = begin(restore).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, Object.assign(restore, { done }));
    return done;
  }

  /** The session was ended: whoever waits for it gets none. */
  ended(id: string): void {
    for (const restore of this.#underWay.values()) if (restore.id === id) restore.ended = true;
  }

  /** None of those under way is to arrive any more. */
  endAll(): void {
    for (const restore of this.#underWay.values()) restore.ended = true;
  }
}

export { Restores, type Restore };
