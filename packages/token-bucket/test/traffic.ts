import { defineBucket, memoryStore, type Bucket, type TokenBucketStore } from "../src/index.ts";
import {
  redisStore,
  resilientStore,
  type ResilientStore,
  type ScriptRunner,
} from "../src/redis/index.ts";

/** What a process waits for its answer, at most, and what Node's timers and the answer itself may add. */
export const DEADLINE_MS = 30;
/** What a busy machine may add; on a quiet one it is 2. That a call waits for nothing longer than the deadline shows all the same. */
export const SLACK_MS = 20;

/** Forty at once and twenty a second. */
export const LIMIT: Bucket = defineBucket({ key: "k", capacity: 40, periodMicros: 2_000_000 });

/** One process: its own connection, its own local store, and word of its transitions. */
export interface Process {
  readonly store: ResilientStore;
  readonly degraded: Promise<unknown>;
  readonly restored: Promise<unknown>;
}

/** A process that decides over one Redis with others of the same server. */
export function processOn(runner: ScriptRunner, name: string): Process {
  const degraded = Promise.withResolvers<unknown>();
  const restored = Promise.withResolvers<unknown>();
  const store = resilientStore({
    shared: redisStore({ runner, server: { namespace: "faults", name }, deadlineMs: DEADLINE_MS }),
    local: memoryStore(),
    observer: { degraded: degraded.resolve, restored: restored.resolve },
  });
  return { store, degraded: degraded.promise, restored: restored.promise };
}

/** What callers saw. */
export interface Seen {
  readonly admitted: number;
  readonly refused: number;
  readonly seconds: number;
  /** The longest that a decision took beyond what the event loop itself was held up meanwhile. */
  readonly longestMs: number;
}

/** Callers who ask again and again until told to stop; each waits a millisecond or so between. */
export function startTraffic(store: TokenBucketStore, callers: number): { stop(): Promise<Seen> } {
  const lag = watchEventLoop();
  const startedMs = performance.now();
  let [admitted, refused, longestMs, stopped] = [0, 0, 0, false];
  const caller = async (): Promise<void> => {
    while (!stopped) {
      const askedMs = performance.now();
      const { allowed } = await store.take({ buckets: [LIMIT], states: false });
      const answeredMs = performance.now();
      longestMs = Math.max(longestMs, answeredMs - askedMs - lag.between(askedMs, answeredMs));
      if (allowed) admitted += 1;
      else refused += 1;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const all = Array.from({ length: callers }, caller);
  return {
    async stop() {
      stopped = true;
      await Promise.all(all);
      lag.stop();
      return { admitted, refused, longestMs, seconds: (performance.now() - startedMs) / 1000 };
    },
  };
}

/** Looks every two milliseconds, idle but for that, how late it is: by so much everything else is late as well. */
function watchEventLoop(): { between(fromMs: number, toMs: number): number; stop(): void } {
  const late: { readonly atMs: number; readonly byMs: number }[] = [];
  let beforeMs = performance.now();
  const look = (): void => {
    const atMs = performance.now();
    const byMs = atMs - beforeMs - 2;
    if (byMs > 1) late.push({ atMs, byMs });
    beforeMs = atMs;
  };
  const timer = setInterval(look, 2);
  return {
    between: (fromMs, toMs) => {
      look();
      const meanwhile = late.filter(({ atMs, byMs }) => atMs >= fromMs && atMs - byMs <= toMs);
      return meanwhile.reduce((sum, { byMs }) => sum + byMs, 0);
    },
    stop: () => clearInterval(timer),
  };
}
