import type { MetricBook } from "./exposition.ts";

/** Whether a changed configuration was put in force. */
type ReloadOutcome = "applied" | "refused";

/** Measures what becomes of changed configurations. */
interface ReloadMeter {
  /** `atSeconds` is since 1970. */
  reloaded(outcome: ReloadOutcome, atSeconds: number): void;
}

/** The meter of one gateway's configuration file. */
function reloadMeter(book: MetricBook): ReloadMeter {
  const reloads = book.counter(
    "headgate_config_reloads_total",
    "Readings of a changed configuration file",
    ["outcome"],
  );
  const counts = { applied: reloads.of("applied"), refused: reloads.of("refused") };
  const valid = book
    .gauge("headgate_config_valid", "1 while the configuration file is valid as it is, else 0")
    .of();
  valid.set(1);
  const last = book
    .gauge("headgate_config_last_reload_timestamp_seconds", "When the file was last read anew")
    .of();
  return {
    reloaded(outcome, atSeconds) {
      counts[outcome].add();
      valid.set(outcome === "applied" ? 1 : 0);
      last.set(atSeconds);
    },
  };
}

export { reloadMeter, type ReloadMeter };
