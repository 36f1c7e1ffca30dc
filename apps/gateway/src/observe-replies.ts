import type { BackendHealth } from "./backends/health.ts";
import type { CallsInFlight } from "./core/calls-in-flight.ts";
import type { PostReply, ReplyPolicy } from "./edge/post-reply.ts";
import type { Log } from "./telemetry/log.ts";
import type { Metrics } from "./telemetry/metrics.ts";

/** What hears how replies ended. */
interface ObserveOptions {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly health: ReadonlyMap<string, BackendHealth>;
  readonly calls: CallsInFlight;
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
  health,
  calls,
  now,
}: ObserveOptions): Pick<ReplyPolicy, "began" | "ended" | "failed"> {
  const logged = log.isLevelEnabled("debug");
  return {
    began() {
      calls.begin();
      metrics.sessions.callsInFlight.add(1);
    },
    failed(reply, error) {
      reply.failure = error.code;
      if (BACKEND_FAULTS.has(error.code) && reply.backend !== undefined)
        health.get(reply.backend)?.callFailed();
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
      metrics.sessions.callsInFlight.add(-1);
      const seconds = (now() - reply.startedMs) / 1000;
      const failure = outcome === "refused" ? "rate-limited" : reply.failure;
      metrics
        .operation(reply.request.method, labelOf(reply))
        .done({ httpStatus: 200, seconds, failure });
      if (outcome === "result" && reply.backend !== undefined)
        health.get(reply.backend)?.callSucceeded();
      remember(reply, outcome);
      if (logged)
        log.debug(
          {
            method: reply.request.method,
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

/** Subscriptions live with the session, so that they can be made again where a backend forgot them. */
function remember({ request, session, target, backend }: PostReply, outcome: string): void {
  if (outcome !== "result" || target === undefined || backend === undefined) return;
  if (request.method === "resources/subscribe") session.subscribed(target, backend);
  else if (request.method === "resources/unsubscribe") session.unsubscribed(target);
}

export { observeReplies };
