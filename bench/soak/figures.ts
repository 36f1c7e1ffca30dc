import type { Figure } from "../figure.ts";
import type { ChurnAnswer } from "../load/jobs.ts";
import { COUNTED, STEADY, type Counted, type Steady } from "./sample.ts";

/** What a soak saw. */
export interface Soaked {
  /** Before the load, when every path was run already. */
  readonly before: Steady & Counted;
  /** Readings of the time in which as many sessions end as begin. */
  readonly steady: readonly Steady[];
  /** Counts at the beginning and at the end of that time. */
  readonly counted: readonly [Counted, Counted];
  /** When the last session is over. */
  readonly after: Steady & Counted;
  readonly load: ChurnAnswer;
}

/** More is no fluctuation, in %. */
const GROWTH_BAR = { atMost: 5 };

/** More may be left than there was before; a handful of connections comes and goes. */
const LEFT_BAR = { atMost: 30 };

/** The soak in figures: how each quantity grew while as many sessions ended as began, and what is left of it. */
export function figuresOf({ before, steady, counted, after, load }: Soaked): readonly Figure[] {
  const half = Math.floor(steady.length / 2);
  const halves = [steady.slice(0, half), steady.slice(-half)] as const;
  const rows = [
    ...keysOf(STEADY).map((key) => {
      const [first, second] = halves.map((samples) => mean(samples.map((sample) => sample[key])));
      return row(STEADY[key], [before[key], first, second, after[key]]);
    }),
    ...keysOf(COUNTED).map((key) => {
      const [first, second] = counted;
      return row(COUNTED[key], [before[key], first[key], second[key], after[key]]);
    }),
  ];
  const { calls, failedCalls, sessions, failedSessions } = load;
  return [
    ...rows,
    { name: "calls", unit: "", values: { gateway: calls } },
    { name: "failed calls", unit: "", values: { gateway: failedCalls }, bar: { atMost: 0 } },
    { name: "sessions begun", unit: "", values: { gateway: sessions } },
    { name: "failed sessions", unit: "", values: { gateway: failedSessions }, bar: { atMost: 0 } },
    {
      name: "sessions left at the end",
      unit: "",
      values: { gateway: after.sessions },
      bar: { atMost: 0 },
    },
    ...keysOf(COUNTED).map((key) => ({
      name: `more ${COUNTED[key]} than before, at the end`,
      unit: "",
      values: { gateway: after[key] - before[key] },
      bar: LEFT_BAR,
    })),
    {
      name: "more keys in Redis than before, at the end",
      unit: "",
      values: { gateway: after.keys - before.keys },
      bar: LEFT_BAR,
    },
  ];
}

function row(
  name: string,
  [start, first = Number.NaN, second = Number.NaN, end]: readonly (number | undefined)[],
): Figure {
  const growth = (second / first - 1) * 100;
  return {
    name: `${name}: growth from the first to the second half`,
    unit: "%",
    values: {
      before: start,
      "first half": first,
      "second half": second,
      after: end,
      gateway: growth,
    },
    bar: GROWTH_BAR,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): readonly Key[] {
  return Object.keys(record) as Key[];
}
