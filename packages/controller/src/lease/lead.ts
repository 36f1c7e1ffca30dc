import { noLog } from "../telemetry/log.ts";
import { noMetrics } from "../telemetry/metrics.ts";
import { Candidate, type CandidateOptions } from "./candidate.ts";

/** How leading ended: told to stop, lost the lease to another or to silence, or the work was over. */
export type LeadEnd = "stopped" | "lost" | "finished";

/**
 * Waits for the lease, then does the work while it is held. The signal that the work is given aborts in the moment
 * in which the lease is lost, before another can take it. Resolves when the work has ended, and rejects only with
 * what the work throws.
 */
export async function lead(
  options: CandidateOptions,
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<LeadEnd> {
  const { metrics = noMetrics, log = noLog, lease, identity } = options;
  const candidate = new Candidate(options);
  if (!(await candidate.acquire(signal))) return "stopped";
  metrics.leading(lease.name, true);
  log.info({ lease: lease.name, identity }, "leading");
  const leading = new AbortController();
  const end = () => leading.abort();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const holding = candidate.hold(leading.signal).finally(end);
  let kept = true;
  try {
    await work(leading.signal);
  } finally {
    end();
    signal.removeEventListener("abort", end);
    kept = await holding;
    metrics.leading(lease.name, false);
    log.info({ lease: lease.name, identity, kept }, "leading no more");
    if (kept) await candidate.release();
  }
  if (!kept) return "lost";
  return signal.aborted ? "stopped" : "finished";
}
