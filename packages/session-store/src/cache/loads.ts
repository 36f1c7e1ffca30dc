import type { ReadOutcome } from "../store/session-store.ts";

/** A read of a session under way. */
export interface Load {
  /** Somebody wrote or ended the session since it began: what comes back may be older than that. */
  isStale: boolean;
}

interface Shared extends Load {
  readonly outcome: Promise<ReadOutcome>;
}

/** Reads under way, one for each session however many wait for it. */
export class Loads {
  readonly #shared = new Map<string, Shared>();

  /** Joins the read under way; begins one if there is none, or if it must be later than now. */
  share(
    id: string,
    fetch: (load: Load) => Promise<ReadOutcome>,
    mustBegin: boolean,
  ): Promise<ReadOutcome> {
    const current = this.#shared.get(id);
    if (current !== undefined && !mustBegin && !current.isStale) return current.outcome;
    if (current !== undefined) current.isStale = true;
    const load: Load = { isStale: false };
    const shared: Shared = Object.assign(load, { outcome: this.#run(id, load, fetch) });
    this.#shared.set(id, shared);
    return shared.outcome;
  }

  /** What is being read of a session may be outdated when it comes. */
  outdate(id: string): void {
    const load = this.#shared.get(id);
    if (load !== undefined) load.isStale = true;
  }

  async #run(
    id: string,
    load: Load,
    fetch: (load: Load) => Promise<ReadOutcome>,
  ): Promise<ReadOutcome> {
    try {
      return await fetch(load);
    } finally {
      if (this.#shared.get(id) === load) this.#shared.delete(id);
    }
  }
}
