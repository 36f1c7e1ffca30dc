import type { Cost } from "../bench.ts";
import type { Bar, Figure } from "../figure.ts";
import type { LoopAnswer } from "../load/jobs.ts";
import { median } from "../load/quantile.ts";
import type { Target } from "../machine/target.ts";

/** One turn of a closed loop of calls. */
export type Turn = Cost<LoopAnswer>;

/** All turns of one target; turn n of every target was taken in the same round. */
export interface Measured {
  readonly target: Target;
  readonly turns: readonly Turn[];
}

interface Kind {
  readonly name: string;
  readonly unit: string;
  /** The value of one turn, given the direct turn of the same round. */
  readonly of: (turn: Turn, direct: Turn) => number;
  /** By number of callers. */
  readonly bars?: Readonly<Record<number, Bar>>;
}

const KINDS: readonly Kind[] = [
  {
    name: "calls per second",
    unit: "1/s",
    of: ({ result }) => 1e6 / microsPerCall(result),
    bars: { 16: { atLeast: 10_000 } },
  },
  {
    name: "CPU per call",
    unit: "µs",
    of: cpuPerCall,
    bars: { 1: { atMost: 220 }, 16: { atMost: 100 } },
  },
  {
    name: "CPU per call ÷ time of a direct call",
    unit: "×",
    of: (turn, direct) => cpuPerCall(turn) / microsPerCall(direct.result),
  },
  { name: "p50", unit: "ms", of: ({ result }) => result.p50Micros / 1000 },
  {
    name: "p50 added",
    unit: "ms",
    of: (turn, direct) => added("p50Micros", turn, direct),
    bars: { 1: { atMost: 0.3 } },
  },
  { name: "p99", unit: "ms", of: ({ result }) => result.p99Micros / 1000 },
  { name: "p99 added", unit: "ms", of: (turn, direct) => added("p99Micros", turn, direct) },
  {
    name: "backend requests per call",
    unit: "",
    of: ({ backendRequests, result }) => backendRequests / result.requests,
    bars: everywhere(1.005),
  },
  {
    name: "new backend connections per call",
    unit: "",
    of: ({ backendConnections, result }) => backendConnections / result.requests,
    bars: everywhere(0.005),
  },
];

/** The figures of one concurrency; the direct turns come first. */
export function figuresOfCalls(callers: number, measured: readonly Measured[]): readonly Figure[] {
  const direct = measured[0]?.turns ?? [];
  const label = callers === 1 ? "1 caller" : `${callers} callers`;
  return KINDS.map(({ name, unit, of, bars }) => ({
    name: `${name}, ${label}`,
    unit,
    bar: bars?.[callers],
    values: Object.fromEntries(
      measured.map(({ target, turns }) => [
        target.name,
        median(turns.map((turn, round) => of(turn, direct[round] ?? turn))),
      ]),
    ),
  }));
}

function everywhere(atMost: number): Readonly<Record<number, Bar>> {
  return { 1: { atMost }, 16: { atMost }, 64: { atMost } };
}

function microsPerCall({ wallMicros, requests }: LoopAnswer): number {
  return wallMicros / requests;
}

function cpuPerCall({ cpuMicros, result }: Turn): number {
  return cpuMicros / result.requests;
}

function added(quantile: "p50Micros" | "p99Micros", turn: Turn, direct: Turn): number {
  return turn === direct ? Number.NaN : (turn.result[quantile] - direct.result[quantile]) / 1000;
}
