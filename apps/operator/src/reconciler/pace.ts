/** For how long an object that is new may lack what was applied together with it, before that is told. */
const PATIENCE_MS = 2_000;
/** Least time between two looks at an object whose members come and go in numbers. */
const QUIET_MS = 100;

interface Times {
  firstMs: number;
  lastMs?: number;
}

/** What is to be decided: now, or in some milliseconds. */
export interface Moment {
  readonly key: string;
  /** Whether the object has a status already. */
  readonly isNew: boolean;
  /** Whether something is missing that may be about to come. */
  readonly incomplete: boolean;
  /** Monotonic. */
  readonly nowMs: number;
}

/** Spares status writes: waits for what comes along with a new object, and takes many changes at a time. */
export class Pace {
  readonly #times = new Map<string, Times>();

  /** For how many milliseconds to wait before the status of an object is written; 0 to go on. */
  waitMs({ key, isNew, incomplete, nowMs }: Moment): number {
    const times = this.#times.get(key) ?? { firstMs: nowMs };
    this.#times.set(key, times);
    const patience = isNew && incomplete ? times.firstMs + PATIENCE_MS - nowMs : 0;
    const quiet = times.lastMs === undefined ? 0 : times.lastMs + QUIET_MS - nowMs;
    const waitMs = Math.max(patience, quiet, 0);
    if (waitMs === 0) times.lastMs = nowMs;
    return waitMs;
  }

  /** Forgets an object that is gone. */
  forget(key: string): void {
    this.#times.delete(key);
  }
}
