import type { KubeObject } from "../api/object.ts";
import type { Change } from "../cache/store.ts";
import type { Log } from "../telemetry/log.ts";

/** Told of every change; it must not throw, and must not change what it is given. */
export type ChangeHandler<T extends KubeObject> = (change: Change<T>) => void;

/** Those that are told of changes. One that throws keeps it from nobody else. */
export class Subscribers<T extends KubeObject> {
  readonly #handlers = new Set<ChangeHandler<T>>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Tells one more, beginning with these; the answer ends that. */
  add(handler: ChangeHandler<T>, initial: readonly Change<T>[]): () => void {
    // Its own, so that one function may be told twice and each be ended alone.
    const own: ChangeHandler<T> = (change) => handler(change);
    this.#handlers.add(own);
    for (const change of initial) this.#tell(own, change);
    return () => void this.#handlers.delete(own);
  }

  /** Tells everybody. */
  tell(changes: readonly Change<T>[]): void {
    for (const change of changes) {
      for (const handler of this.#handlers) this.#tell(handler, change);
    }
  }

  #tell(handler: ChangeHandler<T>, change: Change<T>): void {
    try {
      handler(change);
    } catch (err) {
      this.#log.error({ err, key: change.key }, "a handler of changes failed");
    }
  }
}
