import type { ApiClient, ListPage, Selection } from "../api/client.ts";
import { ControllerError } from "../api/error.ts";
import { resourceOf, type Kind } from "../api/kind.ts";
import type { KubeObject } from "../api/object.ts";
import type { Mirror } from "../cache/mirror.ts";
import type { Change } from "../cache/store.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Random } from "../time/backoff.ts";
import { sleep, type Clock } from "../time/clock.ts";
import { nextStep, type Ending, type NextStep } from "./next-step.ts";
import { Trouble } from "./trouble.ts";

/** What one list and its watch need. */
export interface ReflectorParts<T extends KubeObject> {
  readonly client: Pick<ApiClient, "list" | "watch">;
  readonly kind: Kind<T>;
  readonly selection: Omit<Selection, "signal">;
  readonly mirror: Mirror<T>;
  /** Brings an object into the form that is kept. */
  readonly kept: (object: T) => T;
  readonly changed: (changes: readonly Change<T>[]) => void;
  readonly listed: () => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly pageSize: number;
  readonly silenceMs: number;
}

// The server ends watches of this length, each at another time, so that their ends spread out.
const WATCH_SECONDS = 240;

/** Lists and watches until the signal aborts, and makes up for every failure on the way; never rejects. */
export async function reflect<T extends KubeObject>(
  parts: ReflectorParts<T>,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random } = parts;
  const trouble = new Trouble(parts);
  let step: NextStep = { doing: "list", waitMs: 0, failures: 0 };
  while (!signal.aborted) {
    const { doing, failures } = step;
    const began = clock.monotonicMs();
    const ending = await (doing === "list"
      ? list(parts, signal)
      : watch(parts, signal, () => trouble.over()));
    if (signal.aborted) return;
    if (ending === undefined) {
      step = { doing: "watch", waitMs: 0, failures };
      continue;
    }
    const livedMs = clock.monotonicMs() - began;
    step = nextStep({ doing, ending, livedMs, failures }, random);
    parts.metrics.informerRetried(resourceOf(parts.kind), ending.reason);
    trouble.ended(ending, step);
    await sleep(clock, step.waitMs, signal);
  }
}

// Answers undefined when the list is complete.
async function list<T extends KubeObject>(
  parts: ReflectorParts<T>,
  signal: AbortSignal,
): Promise<Ending | undefined> {
  try {
    const items: T[] = [];
    let page: ListPage<T> | undefined;
    do {
      const token = page?.continueToken;
      page = await parts.client.list(parts.kind, {
        ...parts.selection,
        limit: parts.pageSize,
        ...(token === undefined ? {} : { continueToken: token }),
        signal,
      });
      for (const item of page.items) items.push(parts.kept(item));
    } while (page.continueToken !== undefined);
    parts.changed(parts.mirror.replace({ items, resourceVersion: page.resourceVersion }));
    parts.listed();
    return undefined;
  } catch (error) {
    return endingOf(error);
  }
}

async function watch<T extends KubeObject>(
  parts: ReflectorParts<T>,
  signal: AbortSignal,
  heard: () => void,
): Promise<Ending> {
  const { mirror, kept, clock, silenceMs } = parts;
  const ender = new AbortController();
  let silent = false;
  const listen = () =>
    clock.after(silenceMs, () => {
      silent = true;
      ender.abort();
    });
  const end = () => ender.abort();
  let cancel = listen();
  signal.addEventListener("abort", end, { once: true });
  try {
    for await (const event of parts.client.watch(parts.kind, {
      ...parts.selection,
      resourceVersion: mirror.latest ?? "",
      timeoutSeconds: Math.ceil(WATCH_SECONDS * (1 + parts.random())),
      signal: ender.signal,
    })) {
      cancel();
      cancel = listen();
      heard();
      if (event.type === "BOOKMARK") mirror.follow(event);
      else {
        const change = mirror.follow({ type: event.type, object: kept(event.object) });
        if (change !== undefined) parts.changed([change]);
      }
    }
    return { reason: silent ? "silent" : "closed" };
  } catch (error) {
    return silent ? { reason: "silent" } : endingOf(error);
  } finally {
    cancel();
    signal.removeEventListener("abort", end);
  }
}

function endingOf(error: unknown): Ending {
  if (!(error instanceof ControllerError)) return { reason: "unknown", error };
  return { reason: error.code, retryAfterMs: error.retryAfterMs, error };
}
