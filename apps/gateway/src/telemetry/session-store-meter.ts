import type { MetricBook } from "./exposition.ts";

/** How full the cache in front of the store is. */
interface CacheFigures {
  readonly entries: number;
  readonly bytes: number;
  /** Sessions with something to be written once the store returns. */
  readonly backlog: number;
}

/** Measures where sessions are kept, and the cache in front of it. */
interface SessionStoreMeter {
  /** The store was asked for something, with this outcome. */
  asked(operation: string, outcome: string): void;
  /** The cache did something of its own. */
  cached(event: string): void;
  /** Has the figures of the cache looked up whenever the metrics are read. */
  watch(figures: () => CacheFigures): void;
}

function empty(): CacheFigures {
  return { entries: 0, bytes: 0, backlog: 0 };
}

/** The meter of one gateway's store of sessions. */
function sessionStoreMeter(book: MetricBook): SessionStoreMeter {
  let figures = empty;
  const asked = book.counter(
    "headgate_session_store_requests_total",
    "Round trips to where sessions are kept",
    ["operation", "outcome"],
  );
  const cached = book.counter(
    "headgate_session_cache_events_total",
    "What the cache in front of it did: hit, loaded, outdated, evicted, idle, ended, put-back",
    ["event"],
  );
  book.reading("headgate_session_cache_entries", "Sessions in the cache", () => figures().entries);
  book.reading(
    "headgate_session_cache_bytes",
    "About what the cache takes of memory",
    () => figures().bytes,
  );
  book.reading(
    "headgate_session_store_backlog",
    "Sessions with something to be written once the store is back",
    () => figures().backlog,
  );
  return {
    asked: (operation, outcome) => asked.of(operation, outcome).add(),
    cached: (event) => cached.of(event).add(),
    watch(source) {
      figures = source;
    },
  };
}

export { sessionStoreMeter, type SessionStoreMeter };
