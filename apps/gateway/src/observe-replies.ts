import type { BackendHealth } from "./backends/health.ts";
import type { CallsInFlight } from "./core/calls-in-flight.ts";
import type { PostReply, ReplyPolicy } from "./edge/post-reply.ts";
import type { BackendMeter } from "./telemetry/backend-meter.ts";
import type { Log } from "./telemetry/log.ts";
import type { Metrics } from "./telemetry/metrics.ts";

/** What hears how replies ended. */
interface ObserveOptions {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly meters: ReadonlyMap<string, BackendMeter>;
  readonly health: ReadonlyMap<string, BackendHealth>;
  readonly calls: CallsInFlight;
  /** Has a backend looked at whose call failed. */
  suspect(backend: string): void;
  readonly now: () => number;
}

/** Errors that say something about the backend rather than about the call. */
const BACKEND_FAULTS: ReadonlySet<string> = new Set([
  "backend-unavailable",
  "backend-timeout",
  "backend-garbage",
]);

/** Metrics, log lines and circuit breaker of every relayed call. */
function observeReplies({
  log,
  metrics,
  meters,
  health,
  calls,
  suspect,
  now,
}: ObserveOptions): Pick<ReplyPolicy, "began" | "ended" | "failed"> {
  const logged = log.isLevelEnabled("debug");
  return {
    began: () => calls.begin(),
    failed(reply, error) {
      reply.failure = error.code;
      if (BACKEND_FAULTS.has(error.code) && reply.backend !== undefined) {
        health.get(reply.backend)?.callFailed();
        suspect(reply.backend);
      }
      if (error.code === "internal")
        log.error({ err: error, backend: reply.backend }, "call failed in the gateway");
      else
        log.info(
          { err: error, backend: reply.backend, method: reply.request.method },
          "call failed",
        );
    },
    ended(reply, outcome) {
      calls.end();
      const seconds = (now() - reply.startedMs) / 1000;
      const failure = outcome === "refused" ? "rate-limited" : reply.failure;
      metrics
        .operation(reply.request.method, labelOf(reply))
        .done({ httpStatus: 200, seconds, failure });
      if (reply.backend !== undefined)
        meters.get(reply.backend)?.requestDone(reply.request.method, seconds, outcome === "failed");
      if (outcome === "result" && reply.backend !== undefined)
        health.get(reply.backend)?.callSucceeded();
      remember(reply, outcome);
      if (logged)
        log.debug(
          {
            method: reply.request.method,
            client: clientName(reply),
            backend: reply.backend,
            target: reply.target,
            outcome,
            seconds,
          },
          "call",
        );
    },
  };
}

/** Names of tools and prompts are bounded by the catalogue; URIs are not, so they are no label. */
function labelOf({ request, target }: PostReply): string | undefined {
  return request.method === "tools/call" || request.method === "prompts/get" ? target : undefined;
}

/** What the client calls itself; it may say anything, so no more of it than fits a line. */
function clientName({ session }: PostReply): string | undefined {
  const { name } = JSON.parse(session.facts.profile.clientInfo) as { name?: unknown };
  return typeof name === "string" ? name.slice(0, 64) : undefined;
}

/** Subscriptions live with the session, so that they can be made again where a backend forgot them. */
function remember({ request, session, target, backend }: PostReply, outcome: string): void {
  if (outcome !== "result" || target === undefined || backend === undefined) return;
  if (request.method === "resources/subscribe") session.subscribed(target, backend);
  else if (request.method === "resources/unsubscribe") session.unsubscribed(target);
}

export { observeReplies };
