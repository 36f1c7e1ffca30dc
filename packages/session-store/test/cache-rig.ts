import { memoryBusNetwork, type MemoryBusNetwork } from "../src/bus/memory.ts";
import { cachedSessions } from "../src/cache/cached-sessions.ts";
import type { CachedSessions } from "../src/cache/session-cache.ts";
import type { CachedSessionsOptions, CacheEvent } from "../src/cache/settings.ts";
import { memorySessionStore, type MemorySessionStore } from "../src/store/memory.ts";
import { FaultyStore } from "./faulty-store.ts";
import { ManualClock } from "./manual-clock.ts";

/** The TTL of sessions in a rig. */
export const TTL_MS = 100_000;

/** A process with a cache, and its own way to the store. */
export interface Process {
  readonly sessions: CachedSessions;
  readonly store: FaultyStore;
  readonly events: CacheEvent[];
}

/** One store in memory, processes in front of it, and time by hand. */
export class CacheRig {
  readonly clock = new ManualClock();
  readonly store: MemorySessionStore = memorySessionStore({ ttlMs: TTL_MS, now: this.clock.now });
  readonly network: MemoryBusNetwork = memoryBusNetwork();
  #count = 0;

  process(options: Partial<CachedSessionsOptions> = {}): Process {
    const store = new FaultyStore(this.store);
    const events: CacheEvent[] = [];
    const { now, timer } = this.clock;
    const observe = (event: CacheEvent) => void events.push(event);
    const fixed = { store, ttlMs: TTL_MS, observe, now, timer, random: () => 1 };
    return { sessions: cachedSessions({ ...fixed, ...options }), store, events };
  }

  /** A process that hears the others. */
  connected(options: Partial<CachedSessionsOptions> = {}): Process {
    return this.process({ bus: this.network.join(`process-${++this.#count}`), ...options });
  }
}

/** The value that a process has of a session, or what the outcome is instead. */
export async function valueAt({ sessions }: Process, id: string): Promise<string> {
  const read = await sessions.read(id);
  return read.outcome === "found" ? read.record.value : `<${read.outcome}>`;
}
