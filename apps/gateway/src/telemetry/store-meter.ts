import type { MetricBook } from "./exposition.ts";

/** Why the store could not be asked, in the reference's words. */
type StoreErrorType = "timeout" | "connection" | "auth" | "other";

/** What a limit did while the store could not be asked. */
type WithoutStore = "local" | "open" | "closed";

/** Measures what the store of limits costs, and how often it fails. */
interface StoreMeter {
  commandSent(): void;
  roundTripBegun(): void;
  scriptLoaded(): void;
  /** A call was given up at its deadline; Redis may still have executed it. */
  deadlineMissed(): void;
  /** Several decisions went out in one call. */
  batchSent(size: number): void;
  /** The store did not decide. */
  failed(type: StoreErrorType): void;
  /** A decision was taken without the store, in this way. */
  decidedWithout(mode: WithoutStore): void;
  /** Whether decisions are taken without the store now. */
  degraded(is: boolean): void;
  readonly localDecisions: number;
}

const SIZES = [2, 3, 4, 6, 8, 12, 16, 32];

/** The meter of one gateway's store of limits. */
function storeMeter(book: MetricBook): StoreMeter {
  const redis = (name: string, help: string) => book.counter(`headgate_redis_${name}`, help).of();
  const limits = (name: string, help: string) =>
    book.counter(`headgate_rate_limit_${name}`, help).of();
  const commands = redis("commands_total", "Commands sent to Redis");
  const trips = redis(
    "round_trips_total",
    "Round trips to Redis: commands of one turn go together",
  );
  const scripts = redis("script_loads_total", "Scripts whose text had to be sent to Redis");
  const misses = redis("deadline_misses_total", "Calls to Redis given up at their deadline");
  const errors = book.counter(
    "toolhive_rate_limit_redis_errors_total",
    "Failed decisions of Redis",
    ["error_type"],
  );
  const batches = book
    .histogram("headgate_rate_limit_batch_size", "Decisions that went out in one call", [], SIZES)
    .of();
  const local = limits("local_decisions_total", "Decisions taken by this process alone");
  const without = book.counter(
    "headgate_rate_limit_degraded_decisions_total",
    "Decisions taken without the store, by what limits do then",
    ["mode"],
  );
  const modes = {
    local: without.of("local"),
    open: without.of("open"),
    closed: without.of("closed"),
  };
  const degraded = book
    .gauge("headgate_rate_limit_degraded", "1 while the store cannot be asked, else 0")
    .of();
  return {
    commandSent: () => commands.add(),
    roundTripBegun: () => trips.add(),
    scriptLoaded: () => scripts.add(),
    deadlineMissed: () => misses.add(),
    batchSent: (size) => batches.observe(size),
    failed: (type) => errors.of(type).add(),
    decidedWithout(mode) {
      local.add();
      modes[mode].add();
    },
    degraded: (is) => degraded.set(is ? 1 : 0),
    get localDecisions() {
      return local.value;
    },
  };
}

export { storeMeter, type StoreErrorType, type StoreMeter, type WithoutStore };
