import { keyOf, type Log, type PodProxy } from "@headgate/controller";
import type { Cached } from "../cluster/caches.ts";
import { type PodFacts, podFactsFrom, sameToPeople } from "./health.ts";
import { PORT } from "./names.ts";

/** What the health of gateways is followed with. */
export interface PodHealthParts {
  readonly pods: Pick<PodProxy, "get">;
  /** Every Pod of a gateway, as the cache has them. */
  readonly all: () => readonly Cached<"pods">[];
  /** Something that matters to people changed for the server of this key. */
  readonly changed: (server: string) => void;
  readonly everyMs: number;
  readonly log: Log;
}

/** Requests that are under way at a time. */
const AT_A_TIME = 16;
const HEALTH_PATH = "/api/backends/health";

/** Asks every ready gateway from time to time how its backends are, and tells of what is different. */
export class PodHealth {
  readonly #parts: PodHealthParts;
  readonly #facts = new Map<string, PodFacts>();
  readonly #silent = new Set<string>();

  constructor(parts: PodHealthParts) {
    this.#parts = parts;
  }

  /** What the gateways among these Pods of a namespace said last. */
  of(namespace: string, pods: readonly string[]): ReadonlyMap<string, PodFacts> {
    return new Map(
      pods.flatMap((name) => {
        const facts = this.#facts.get(keyOf({ namespace, name }));
        return facts === undefined ? [] : [[name, facts] as const];
      }),
    );
  }

  /** Asks until the signal aborts; a round begins so long after the one before began. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const round = pause(this.#parts.everyMs, signal);
      await this.#round(signal);
      await round;
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const ready = this.#parts.all().filter(isReady);
    this.#forget(new Set(ready.map(({ metadata }) => keyOf(metadata))));
    const waiting = [...ready];
    const worker = async (): Promise<void> => {
      for (let pod = waiting.pop(); pod !== undefined; pod = waiting.pop()) {
        if (signal.aborted) return;
        await this.#ask(pod, signal);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  }

  async #ask({ metadata }: Cached<"pods">, signal: AbortSignal): Promise<void> {
    const { namespace = "", name = "", labels } = metadata;
    const key = keyOf(metadata);
    try {
      const request = { namespace, pod: name, port: PORT, path: HEALTH_PATH, signal };
      const facts = podFactsFrom(await this.#parts.pods.get(request));
      const before = this.#facts.get(key);
      this.#silent.delete(key);
      this.#facts.set(key, facts);
      const server = labels?.["app.kubernetes.io/instance"];
      if (server === undefined || sameToPeople(before, facts)) return;
      this.#parts.changed(keyOf({ namespace, name: server }));
    } catch (err) {
      // What it said last stays: a Pod that is not ready any more is forgotten soon enough.
      if (signal.aborted || this.#silent.has(key)) return;
      this.#silent.add(key);
      this.#parts.log.warn({ err, pod: key }, "a gateway does not say how its backends are");
    }
  }

  #forget(ready: ReadonlySet<string>): void {
    for (const key of [...this.#facts.keys(), ...this.#silent]) {
      if (ready.has(key)) continue;
      this.#facts.delete(key);
      this.#silent.delete(key);
    }
  }
}

function isReady({ metadata, status }: Cached<"pods">): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  return (
    status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true
  );
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}
