import type { MetricBook } from "./exposition.ts";

/** What a connection to Redis does, as it does it. */
interface RedisMeter {
  commandSent(): void;
  roundTripBegun(): void;
  scriptLoaded(): void;
  deadlineMissed(): void;
}

/** How the store of limits fares. */
interface StoreFigures {
  readonly state: "healthy" | "degraded";
  /** Decisions that this process took alone. */
  readonly localDecisions: number;
  /** Questions that the store did not answer, by the reference's words for why. */
  readonly failures: Readonly<Record<"timeout" | "connection" | "auth" | "other", number>>;
}

/** Measures what the store of limits costs, and how it fares. */
interface StoreMeter {
  readonly redis: RedisMeter;
  /** Several decisions went out in one call. */
  readonly batchSent: (size: number) => void;
  /** Has how the store fares looked up whenever the metrics are read. */
  watch(figures: () => StoreFigures): void;
}

const SIZES = [2, 3, 4, 6, 8, 12, 16];

function unwatched(): StoreFigures {
  const failures = { timeout: 0, connection: 0, auth: 0, other: 0 };
  return { state: "healthy", localDecisions: 0, failures };
}

/** The meter of one gateway's store of limits. */
function storeMeter(book: MetricBook): StoreMeter {
  let figures = unwatched;
  const batches = book
    .histogram("headgate_rate_limit_batch_size", "Decisions that went out in one call", [], SIZES)
    .of();
  book.counted(
    "toolhive_rate_limit_redis_errors_total",
    "Questions to Redis about limits that it did not answer",
    () => ({ label: "error_type", by: figures().failures }),
  );
  book.counted(
    "headgate_rate_limit_local_decisions_total",
    "Decisions taken by this process alone, as the store could not be asked",
    () => figures().localDecisions,
  );
  book.reading(
    "headgate_rate_limit_degraded",
    "1 while this process decides alone, as the store cannot be asked, else 0",
    () => (figures().state === "degraded" ? 1 : 0),
  );
  return {
    redis: redisMeter(book),
    batchSent: (size) => batches.observe(size),
    watch(source) {
      figures = source;
    },
  };
}

function redisMeter(book: MetricBook): RedisMeter {
  const counter = (name: string, help: string) => book.counter(`headgate_redis_${name}`, help).of();
  const commands = counter("commands_total", "Commands sent to Redis");
  const trips = counter(
    "round_trips_total",
    "Round trips to Redis: the commands of one turn of the event loop wait for it together",
  );
  const scripts = counter("script_loads_total", "Scripts whose text had to be sent to Redis");
  const misses = counter("deadline_misses_total", "Calls to Redis given up at their deadline");
  return {
    commandSent: () => commands.add(),
    roundTripBegun: () => trips.add(),
    scriptLoaded: () => scripts.add(),
    deadlineMissed: () => misses.add(),
  };
}

export { storeMeter, type StoreFigures, type StoreMeter };
