import type { GatewayConfig } from "@headgate/api";
import { parseDuration } from "@headgate/ratelimit-types";

/** Silence of a backend after which a call is given up when the configuration sets no `operational.timeouts`. */
const DEFAULT_CALL_TIMEOUT_MS = 300_000;

/** The numbers that a configuration comes down to, in milliseconds and bytes. */
interface Settings {
  readonly startupWaitMs: number;
  readonly sessionTtlMs: number;
  readonly maxSessions: number;
  readonly drain: { readonly delayMs: number; readonly gracePeriodMs: number };
  readonly limits: {
    readonly maxBodyBytes: number;
    readonly maxHeaderBytes: number;
    readonly maxBatch: number;
    readonly maxNesting: number;
  };
  readonly probeIntervalMs: number;
  readonly probeTimeoutMs: number;
  readonly unhealthyThreshold: number;
  readonly breaker: { readonly failureThreshold: number; readonly timeoutMs: number } | undefined;
  readonly maxChildren: number;
  readonly childIdleMs: number;
  /** Silence after which a call to a backend is given up. */
  callTimeoutMs(backend: string): number;
}

/** Reads a validated configuration; `sessionTtlMs` is what the command line says, if anything. */
function settingsOf(config: GatewayConfig, sessionTtlMs?: number): Settings {
  const { operational } = config;
  const failures = operational?.failureHandling;
  const breaker = failures?.circuitBreaker;
  const timeouts = operational?.timeouts;
  const perBackend = new Map(Object.entries(timeouts?.perWorkload ?? {}).map(([name, text]) => [name, milliseconds(text)]));
  const otherwise = timeouts === undefined ? DEFAULT_CALL_TIMEOUT_MS : milliseconds(timeouts.default);
  const { limits, sessions, processes, drain } = operational ?? {};
  return {
    startupWaitMs: milliseconds(operational?.startupWait ?? "2s"),
    sessionTtlMs: sessionTtlMs ?? milliseconds(sessions?.idleTimeout ?? "30m"),
    maxSessions: sessions?.max ?? 20_000,
    drain: { delayMs: milliseconds(drain?.delay ?? "0s"), gracePeriodMs: milliseconds(drain?.gracePeriod ?? "30s") },
    limits: {
      maxBodyBytes: limits?.maxBodyBytes ?? 8 * 1024 * 1024,
      maxHeaderBytes: limits?.maxHeaderBytes ?? 16_384,
      maxBatch: limits?.maxBatch ?? 100,
      maxNesting: limits?.maxNesting ?? 64,
    },
    probeIntervalMs: milliseconds(failures?.healthCheckInterval ?? "30s"),
    probeTimeoutMs: milliseconds(failures?.healthCheckTimeout ?? "10s"),
    unhealthyThreshold: failures?.unhealthyThreshold ?? 3,
    breaker: breaker?.enabled ? { failureThreshold: breaker.failureThreshold, timeoutMs: milliseconds(breaker.timeout) } : undefined,
    maxChildren: processes?.max ?? 100,
    childIdleMs: milliseconds(processes?.idleTimeout ?? "10m"),
    callTimeoutMs: (backend) => perBackend.get(backend) ?? otherwise,
  };
}

/** A duration whose form was checked on loading. */
function milliseconds(text: string): number {
  const parsed = parseDuration(text);
  return parsed.ok ? parsed.microseconds / 1000 : 0;
}

export { settingsOf, type Settings };
