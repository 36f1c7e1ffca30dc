import type { SessionBus } from "../bus/session-bus.ts";
import { steadyClock, systemTimer, type Clock, type Random, type Timer } from "../clock.ts";
import { wholeNumber } from "../option.ts";
import type { SessionStore } from "../store/session-store.ts";

/** How a cache is made; everything but the store has a default. */
export interface CachedSessionsOptions {
  readonly store: SessionStore;
  /** The same as the store's; default 30 minutes. */
  readonly ttlMs?: number;
  /** Tells other processes of ends and writes at once; without it they learn at their next round trip. */
  readonly bus?: SessionBus | undefined;
  /** Default 100,000. */
  readonly maxEntries?: number;
  /** Of records and what is kept beside them; default 256 MiB, at least 1 MiB. */
  readonly maxBytes?: number;
  /** Whether sessions begin while the store is away: `refuse` (default), or `local`, in this process until the store returns. */
  readonly onStoreFailure?: "refuse" | "local";
  /** Most sessions with something to be written once the store returns; default 10,000. */
  readonly maxBacklog?: number;
  /** The first wait before the store is tried again, doubled each time; default 100. */
  readonly minRetryMs?: number;
  /** The longest such wait; default 5000. */
  readonly maxRetryMs?: number;
  readonly observe?: (event: CacheEvent) => void;
  readonly now?: Clock;
  readonly random?: Random;
  readonly timer?: Timer;
}

/**
 * What a cache does, for counters and for whoever keeps things for a session. `evicted`, `idle` and `ended`: the cache
 * no longer has it, or in the case of `ended` another process says so of one that it did not have; `outdated`: another process wrote it, and the next use asks for it; `idle` says that this process has not used it for a TTL, others may have. `change-failed`: a change
 * that had waited for the store threw when it was made upon what stood there then, and is given up.
 */
export type CacheEvent =
  | {
      readonly kind: "hit" | "loaded" | "put-back" | "outdated" | "evicted" | "idle" | "ended";
      readonly id: string;
    }
  | { readonly kind: "change-failed"; readonly id: string; readonly cause: unknown }
  | { readonly kind: "store-away" | "store-returned" | "bus-gap" };

/** Options with their defaults, checked. */
export interface CacheSettings extends CachedSessionsOptions {
  readonly ttlMs: number;
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly onStoreFailure: "refuse" | "local";
  readonly maxBacklog: number;
  readonly minRetryMs: number;
  readonly maxRetryMs: number;
  readonly observe: (event: CacheEvent) => void;
  readonly now: Clock;
  readonly random: Random;
  readonly timer: Timer;
}

/** Fills in defaults; throws `invalid-option` for what cannot be. */
export function cacheSettings(options: CachedSessionsOptions): CacheSettings {
  const settings = {
    ttlMs: 30 * 60_000,
    maxEntries: 100_000,
    maxBytes: 256 * 1024 * 1024,
    maxBacklog: 10_000,
    minRetryMs: 100,
    maxRetryMs: 5000,
    onStoreFailure: "refuse" as const,
    observe: () => undefined,
    now: steadyClock,
    random: Math.random,
    timer: systemTimer,
    ...options,
  };
  wholeNumber("ttlMs", settings.ttlMs, 10);
  wholeNumber("maxEntries", settings.maxEntries, 1);
  // One record always fits.
  wholeNumber("maxBytes", settings.maxBytes, 1024 * 1024);
  wholeNumber("maxBacklog", settings.maxBacklog, 0);
  wholeNumber("minRetryMs", settings.minRetryMs, 1);
  wholeNumber("maxRetryMs", settings.maxRetryMs, settings.minRetryMs);
  return settings;
}
