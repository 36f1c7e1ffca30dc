import { defineBucket, memoryStore, type Bucket, type TokenBucketStore } from "../src/index.ts";
import {
  redisStore,
  resilientStore,
  type ResilientStore,
  type ScriptRunner,
} from "../src/redis/index.ts";

/** What a process waits for its answer, at most. */
export const DEADLINE_MS = 30;
/** What Node's timers and the answer itself may add. */
const SLACK_MS = 2;

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
  /** Decisions that took longer than a bare timer of the deadline and 2 ms, begun at the same moment. */
  readonly late: number;
}

/** Callers who ask again and again until told to stop; each waits a millisecond or so between. */
export function startTraffic(store: TokenBucketStore, callers: number): { stop(): Promise<Seen> } {
  const startedMs = performance.now();
  let [admitted, refused, late, stopped] = [0, 0, 0, false];
  const caller = async (): Promise<void> => {
    while (!stopped) {
      const asked = store.take({ buckets: [LIMIT], states: false });
      const answered = afterBareWait(DEADLINE_MS + SLACK_MS, () => (late += 1));
      const { allowed } = await asked;
      answered();
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
      return { admitted, refused, late, seconds: (performance.now() - startedMs) / 1000 };
    },
  };
}

/**
 * Calls back when nothing but time has passed, unless it is called off before: two turns, in which a batch gathers, the
 * time, which ends in timers of a millisecond as a deadline may, and the turn in which replies are read. A machine
 * that is busy holds this up as it does a decision, and of two that are due the one that was due first runs first; so
 * what is late here is late on every machine.
 */
function afterBareWait(waitMs: number, over: () => void): () => void {
  let calledOff = false;
  const turn = (next: () => void): void => void setImmediate(() => calledOff || next());
  const sleep = (ms: number, next: () => void): void =>
    void setTimeout(() => calledOff || next(), ms);
  const finish = (dueMs: number): void =>
    sleep(1, () => (performance.now() < dueMs ? finish(dueMs) : turn(over)));
  const begin = (dueMs: number): void => sleep(waitMs - 3, () => sleep(1, () => finish(dueMs)));
  turn(() => turn(() => begin(performance.now() + waitMs)));
  return () => (calledOff = true);
}
