import type { ApiClient } from "../api/client.ts";
import { noLog, type Log } from "../telemetry/log.ts";
import type { Random } from "../time/backoff.ts";
import { systemClock, type Clock } from "../time/clock.ts";
import { eventOf, events, type Happening, type KubeEvent, type Reporter } from "./event.ts";
import { EventSeries } from "./series.ts";

/** What a recorder is made of. */
export interface RecorderOptions {
  readonly client: Pick<ApiClient, "create" | "patch">;
  readonly reporter: Reporter;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
}

/** Tells people what happened to objects. Events are told as well as possible: none is worth a failed reconcile. */
export interface EventRecorder {
  /** Takes note and returns at once; never throws. */
  readonly record: (happening: Happening) => void;
  /** Resolves when all that was recorded is written, or has failed. */
  readonly flushed: () => Promise<void>;
}

const SERIES = { windowMs: 10 * 60_000, tellEveryMs: 5 * 60_000, most: 1_000 };
const MOST_WAITING = 200;

/** Makes a recorder of events; they are written one after the other. */
export function eventRecorder(options: RecorderOptions): EventRecorder {
  const { clock = systemClock, random = Math.random, log = noLog } = options;
  const series = new EventSeries(SERIES);
  let waiting = 0;
  let last = Promise.resolve();
  let failing = false;

  const enqueue = (write: () => Promise<void>) => {
    if (waiting >= MOST_WAITING) return;
    waiting += 1;
    last = last.then(write).then(
      () => {
        failing = false;
      },
      (err: unknown) => {
        if (!failing) log.warn({ err }, "events cannot be written");
        failing = true;
      },
    );
    last = last.finally(() => {
      waiting -= 1;
    });
  };

  return {
    record: (happening) => {
      const nowMs = clock.wallMs();
      const event = eventOf(happening, options.reporter, { nowMs, suffix: suffixFrom(random) });
      const step = series.note(happening, event.metadata.name ?? "", clock.monotonicMs());
      if (step.write === "nothing") return;
      enqueue(async () => {
        if (step.write === "new") await options.client.create(events, event);
        else if (!(await counted(options.client, event, step))) series.forget(happening);
      });
    },
    flushed: () => last,
  };
}

async function counted(
  client: Pick<ApiClient, "patch">,
  { metadata: { namespace = "" }, eventTime }: KubeEvent,
  { name, count }: { name: string; count: number },
): Promise<boolean> {
  const body = { series: { count, lastObservedTime: eventTime } };
  const result = await client.patch(events, { namespace, name }, { type: "merge", body });
  return result.outcome === "written";
}

// Sixteen digits, as no two events of an object may have the same name.
function suffixFrom(random: Random): string {
  const half = () => Math.floor(random() * 2 ** 32);
  return half().toString(16).padStart(8, "0") + half().toString(16).padStart(8, "0");
}
