import type { BackendHealth } from "../backends/health.ts";
import type { CallsInFlight } from "../core/calls-in-flight.ts";
import type { ReplyFacts, ReplyPolicy } from "../edge/reply-policy.ts";
import type { GatewayError } from "../rpc/errors.ts";
import type { BackendMeter } from "../telemetry/backend-meter.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";

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

/** Metrics, log lines and circuit breaker of every request that a client makes. */
function observeReplies(
  options: ObserveOptions,
): Pick<ReplyPolicy, "began" | "ended" | "failed" | "answered"> {
  const { log, metrics, meters, health, calls, now } = options;
  const logged = log.isLevelEnabled("debug");
  return {
    began: () => calls.begin(),
    answered(method, startedMs, { failure, httpStatus = 200 } = {}) {
      const seconds = (now() - startedMs) / 1000;
      metrics.operation(method).done({ httpStatus, seconds, failure });
    },
    failed(reply, error) {
      reply.failure = error.code;
      if (BACKEND_FAULTS.has(error.code) && reply.backend !== undefined) {
        health.get(reply.backend)?.callFailed();
        options.suspect(reply.backend);
      }
      logFailure(log, reply, error);
    },
    ended(reply, outcome) {
      calls.end();
      const { backend, request, target, failure, httpStatus } = reply;
      const seconds = (now() - reply.startedMs) / 1000;
      metrics.operation(request.method, labelOf(reply)).done({ httpStatus, seconds, failure });
      if (backend !== undefined) {
        meters.get(backend)?.requestDone(request.method, seconds, outcome === "failed");
        if (outcome === "result" || outcome === "error") health.get(backend)?.callSucceeded();
      }
      remember(reply, outcome);
      if (!logged) return;
      const client = clientName(reply);
      log.debug({ method: request.method, client, backend, target, outcome, seconds }, "call");
    },
  };
}

function logFailure(log: Log, { backend, request }: ReplyFacts, err: GatewayError): void {
  if (err.code === "internal") log.error({ err, backend }, "call failed in the gateway");
  else log.info({ err, backend, method: request.method }, "call failed");
}

/** Names of tools and prompts are bounded by the catalogue; URIs are not, so they are no label. */
function labelOf({ request, target }: ReplyFacts): string | undefined {
  return request.method === "tools/call" || request.method === "prompts/get" ? target : undefined;
}

/** What the client calls itself; it may say anything, so no more of it than fits a line. */
function clientName({ session }: ReplyFacts): string | undefined {
  const { name } = JSON.parse(session.facts.profile.clientInfo) as { name?: unknown };
  return typeof name === "string" ? name.slice(0, 64) : undefined;
}

/** Subscriptions live with the session, so that they can be made again where a backend forgot them. */
function remember({ request, session, target, backend }: ReplyFacts, outcome: string): void {
  if (outcome !== "result" || target === undefined || backend === undefined) return;
  if (request.method === "resources/subscribe") session.subscribed(target, backend);
  else if (request.method === "resources/unsubscribe") session.unsubscribed(target);
}

export { observeReplies };
