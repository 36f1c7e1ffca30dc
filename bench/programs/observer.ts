/*
 * Loaded into a gateway before its program (node --import): tells the benchmark what cannot be seen from outside.
 */
import { EventEmitter } from "node:events";
import { Session } from "node:inspector";
import { Socket } from "node:net";
import type { Alive, HoldUp, ObservationName, Observations } from "../machine/observations.ts";

const TICK_MS = 1;
/** Less is what a timer of a millisecond is late by anyhow. */
const LEAST_MS = 1;

class LoopWatch {
  readonly #begunMs = performance.now();
  readonly #holdUps: HoldUp[] = [];
  readonly #timer: NodeJS.Timeout;
  #lastMs = this.#begunMs;
  #lastRanMs = ranMs();

  constructor() {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  stop(): Observations["heldUp"] {
    this.#tick();
    clearInterval(this.#timer);
    return { holdUps: this.#holdUps, watchedMs: performance.now() - this.#begunMs };
  }

  #tick(): void {
    const nowMs = performance.now();
    const nowRanMs = ranMs();
    const forMs = nowMs - this.#lastMs - TICK_MS;
    if (forMs >= LEAST_MS) {
      const ran = Math.min(forMs, nowRanMs - this.#lastRanMs);
      this.#holdUps.push({ atMs: nowMs - this.#begunMs, forMs, ranMs: ran });
    }
    this.#lastMs = nowMs;
    this.#lastRanMs = nowRanMs;
  }
}

/** Processor time so far; of all threads, as the loop waits for those that collect garbage. */
function ranMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

let watch: LoopWatch | undefined;

const answers: { readonly [Name in ObservationName]: () => Observations[Name] } = {
  watchLoop() {
    watch = new LoopWatch();
    return {};
  },
  heldUp: () => watch?.stop() ?? { holdUps: [], watchedMs: 0 },
  memory() {
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    return { rssBytes: rss, heapBytes: heapUsed };
  },
  alive,
};

const COUNT = "function () { return this.length; }";
const COUNT_LISTENERS = `function () {
  let count = 0;
  for (const { _events: events = {} } of this)
    for (const name of Reflect.ownKeys(events ?? {}))
      count += Array.isArray(events[name]) ? events[name].length : 1;
  return count;
}`;

/** Counts through the inspector, which alone can find every object of a kind. */
function alive(): Alive {
  const timer = setTimeout(() => undefined, 0);
  clearTimeout(timer);
  const prototypes = {
    timers: Object.getPrototypeOf(timer) as object,
    listeners: EventEmitter.prototype,
    sockets: Socket.prototype,
  };
  const inspector = new Session();
  inspector.connect();
  try {
    const count = (of: keyof typeof prototypes, by: string): number =>
      countOf(inspector, prototypes[of], by);
    return {
      timers: count("timers", COUNT),
      listeners: count("listeners", COUNT_LISTENERS),
      sockets: count("sockets", COUNT),
      resources: tally(process.getActiveResourcesInfo()),
    };
  } finally {
    inspector.disconnect();
  }
}

function countOf(inspector: Session, prototype: object, functionDeclaration: string): number {
  Object.assign(globalThis, { observedPrototype: prototype });
  let count = Number.NaN;
  // In this process the inspector answers before `post` returns.
  inspector.post("Runtime.evaluate", { expression: "observedPrototype" }, (_, evaluated) => {
    const prototypeObjectId = evaluated.result.objectId;
    if (prototypeObjectId === undefined) return;
    inspector.post("Runtime.queryObjects", { prototypeObjectId }, (__, { objects }) => {
      const { objectId } = objects;
      if (objectId === undefined) return;
      inspector.post("Runtime.callFunctionOn", { objectId, functionDeclaration }, (___, called) => {
        count = Number(called.result.value);
      });
      inspector.post("Runtime.releaseObject", { objectId });
    });
  });
  return count;
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

process.on("message", (name: ObservationName) => {
  process.send?.(answers[name]());
});
process.channel?.unref();
