import type { Happening } from "./event.ts";

/** What to write of something that happened. */
export type SeriesStep =
  | { readonly write: "new" }
  /** The same happened before: this many times by now. */
  | { readonly write: "count"; readonly count: number; readonly name: string }
  /** Counted, and told later if it goes on. */
  | { readonly write: "nothing" };

interface Series {
  name: string;
  count: number;
  lastMs: number;
  toldMs: number;
}

/** How repeated events are put together. */
export interface SeriesOptions {
  /** The same within so many milliseconds of the last time is the same series. */
  readonly windowMs: number;
  /** A series is not told more often than this. */
  readonly tellEveryMs: number;
  /** Series that are remembered; of more, the one that was quiet longest is forgotten. */
  readonly most: number;
}

/** Remembers what was told, so that what happens again and again becomes one event with a count. */
export class EventSeries {
  readonly #options: SeriesOptions;
  readonly #series = new Map<string, Series>();

  constructor(options: SeriesOptions) {
    this.#options = options;
  }

  /** Takes note of something; `name` is what its event would be called if it is told for the first time. */
  note(happening: Happening, name: string, nowMs: number): SeriesStep {
    const id = idOf(happening);
    const series = this.#series.get(id);
    if (series === undefined || nowMs - series.lastMs > this.#options.windowMs) {
      this.#remember(id, { name, count: 1, lastMs: nowMs, toldMs: nowMs });
      return { write: "new" };
    }
    const first = series.count === 1;
    const due = nowMs - series.toldMs >= this.#options.tellEveryMs;
    const told = first || due;
    const count = series.count + 1;
    this.#remember(id, { ...series, count, lastMs: nowMs, toldMs: told ? nowMs : series.toldMs });
    return told ? { write: "count", count, name: series.name } : { write: "nothing" };
  }

  /** Forgets a series, whose event is not there any more. */
  forget(happening: Happening): void {
    this.#series.delete(idOf(happening));
  }

  #remember(id: string, series: Series): void {
    this.#series.delete(id);
    this.#series.set(id, series);
    for (const oldest of this.#series.keys()) {
      if (this.#series.size <= this.#options.most) return;
      this.#series.delete(oldest);
    }
  }
}

function idOf({ regarding, type, reason, action, note }: Happening): string {
  const { uid, namespace, name } = regarding.metadata;
  return JSON.stringify([regarding.kind, uid ?? [namespace, name], type, reason, action, note]);
}
