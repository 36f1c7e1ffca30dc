import type { CompleteOperational, SessionStorage } from "@headgate/api";
import { parseDuration } from "@headgate/ratelimit-types";
import { sessionsThatFit } from "@headgate/session-store";

/** Silence of a backend after which a call is given up when the configuration sets no `operational.timeouts`. */
const DEFAULT_CALL_TIMEOUT_MS = 300_000;

/** The numbers that a configuration comes down to, in milliseconds and bytes. */
interface Settings {
  readonly startupWaitMs: number;
  readonly sessionTtlMs: number;
  readonly maxSessions: number;
  readonly userCaps: { readonly maxPerUser: number; readonly maxPerUserPerMinute: number };
  readonly drain: { readonly delayMs: number; readonly gracePeriodMs: number };
  readonly limits: {
    readonly maxBodyBytes: number;
    readonly maxHeaderBytes: number;
    readonly maxBatch: number;
    readonly maxNesting: number;
    readonly maxNameLength: number;
  };
  readonly probeIntervalMs: number;
  readonly probeTimeoutMs: number;
  readonly unhealthyThreshold: number;
  readonly breaker: { readonly failureThreshold: number; readonly timeoutMs: number } | undefined;
  readonly maxChildren: number;
  readonly childIdleMs: number;
  readonly maxConnectionsPerBackend: number;
  /** Silence after which a call to a backend is given up. */
  readonly callTimeoutMs: (backend: string) => number;
}

/** Where settings are read from. */
interface SettingsSource {
  readonly operational: CompleteOperational;
  readonly sessionStorage?: SessionStorage | undefined;
}

/** Reads the numbers of a validated configuration, for a process that may use so much memory. */
function settingsOf(
  { operational, sessionStorage }: SettingsSource,
  memoryLimitBytes: number,
): Settings {
  const { timeouts, drain, limits, sessions, processes, failureHandling: failures } = operational;
  const { circuitBreaker: breaker } = failures;
  const perBackend = new Map(
    Object.entries(timeouts?.perWorkload ?? {}).map(([name, text]) => [name, milliseconds(text)]),
  );
  const otherwise =
    timeouts === undefined ? DEFAULT_CALL_TIMEOUT_MS : milliseconds(timeouts.default);
  return {
    startupWaitMs: milliseconds(operational.startupWait),
    sessionTtlMs: milliseconds(sessionStorage?.ttl ?? sessions.idleTimeout),
    maxSessions: sessions.max ?? sessionsThatFit(memoryLimitBytes),
    userCaps: {
      maxPerUser: sessions.maxPerUser,
      maxPerUserPerMinute: sessions.maxPerUserPerMinute,
    },
    drain: { delayMs: milliseconds(drain.delay), gracePeriodMs: milliseconds(drain.gracePeriod) },
    limits,
    probeIntervalMs: milliseconds(failures.healthCheckInterval),
    probeTimeoutMs: milliseconds(failures.healthCheckTimeout),
    unhealthyThreshold: failures.unhealthyThreshold,
    breaker: breaker?.enabled
      ? { failureThreshold: breaker.failureThreshold, timeoutMs: milliseconds(breaker.timeout) }
      : undefined,
    maxChildren: processes.max,
    childIdleMs: milliseconds(processes.idleTimeout),
    maxConnectionsPerBackend: operational.maxConnectionsPerBackend,
    callTimeoutMs: (backend) => perBackend.get(backend) ?? otherwise,
  };
}

/** A duration whose form was checked on loading. */
function milliseconds(text: string): number {
  const parsed = parseDuration(text);
  return parsed.ok ? parsed.microseconds / 1000 : 0;
}

export { settingsOf, type Settings };
