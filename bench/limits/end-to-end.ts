import type { RedisServer } from "@headgate/redis-server-for-tests";
import type { Measured } from "./bars.ts";
import { closedLoop, type LoopFigures } from "./closed-loop.ts";
import type { Contestant, Name } from "./contestants.ts";
import { quietest } from "./quietest.ts";

type Load = "1 caller" | "50 callers" | "200 callers";

const loads: Readonly<Record<Load, { readonly callers: number; readonly names: readonly Name[] }>> =
  {
    "1 caller": { callers: 1, names: ["ping", "reference", "ours"] },
    "50 callers": {
      callers: 50,
      names: ["ping", "reference", "ours, singly", "ours", "rate-limiter-flexible", "upstash"],
    },
    "200 callers": { callers: 200, names: ["reference", "ours"] },
  };

/** From Node through ioredis on one connection, everybody in turn, round after round. */
export async function measureEndToEnd(
  server: RedisServer,
  all: Readonly<Record<Name, Contestant>>,
  { rounds, windowMs }: { readonly rounds: number; readonly windowMs: number },
): Promise<readonly Measured[]> {
  const found = new Map<string, LoopFigures[]>();
  for (let round = 0; round < rounds; round++) {
    for (const [load, { callers, names }] of Object.entries(loads)) {
      for (const name of names) {
        await server.command("FLUSHALL");
        const figures = await closedLoop(all[name], { callers, windowMs, server });
        const key = `${load}, ${name}`;
        found.set(key, [...(found.get(key) ?? []), figures]);
      }
    }
  }
  const of = (load: Load, name: Name, figure: keyof LoopFigures): number =>
    quietest(found.get(`${load}, ${name}`) ?? [], figure);
  print(found);
  return barsOf(of);
}

function print(found: ReadonlyMap<string, readonly LoopFigures[]>): void {
  const rows = [...found].map(([name, figures]) => {
    const shown = (figure: keyof LoopFigures): string =>
      String(Math.round(quietest(figures, figure) * 10) / 10);
    return [
      name,
      {
        "decisions/s": Math.round(Number(shown("perSecond"))),
        "p50 µs": shown("p50Micros"),
        "p99 µs": shown("p99Micros"),
        "Redis µs": shown("redisMicros"),
        "Node µs": shown("nodeMicros"),
      },
    ] as const;
  });
  console.table(Object.fromEntries(rows));
}

/** What is compared: a figure of ours at a load with the same of another. */
const COMPARED: readonly (Pick<Measured, "id" | "what" | "bar"> & {
  readonly load: Load;
  readonly figure: keyof LoopFigures;
  readonly name: Name;
  readonly of: Name;
})[] = [
  {
    id: "T3",
    what: "decisions/s of 200 callers",
    load: "200 callers",
    figure: "perSecond",
    name: "ours",
    of: "reference",
    bar: { atLeast: 3.2 },
  },
  {
    id: "T5",
    what: "decisions/s of 50 callers",
    load: "50 callers",
    figure: "perSecond",
    name: "ours, singly",
    of: "ping",
    bar: { atLeast: 0.68 },
  },
  {
    id: "T5",
    what: "p50 of 50 callers",
    load: "50 callers",
    figure: "p50Micros",
    name: "ours, singly",
    of: "ping",
    bar: { atMost: 1.56 },
  },
  {
    id: "T5",
    what: "p99 of 50 callers",
    load: "50 callers",
    figure: "p99Micros",
    name: "ours, singly",
    of: "ping",
    bar: { atMost: 2.16 },
  },
  {
    id: "T6",
    what: "p50 of one caller",
    load: "1 caller",
    figure: "p50Micros",
    name: "ours",
    of: "ping",
    bar: { atMost: 1.45 },
  },
  {
    id: "T8",
    what: "Node CPU of a decision",
    load: "50 callers",
    figure: "nodeMicros",
    name: "ours, singly",
    of: "reference",
    bar: { atMost: 0.96 },
  },
  {
    id: "T8",
    what: "Node CPU of a decision",
    load: "50 callers",
    figure: "nodeMicros",
    name: "ours",
    of: "reference",
    bar: { atMost: 0.34 },
  },
  {
    id: "T13",
    what: "Redis CPU of a decision",
    load: "50 callers",
    figure: "redisMicros",
    name: "ours",
    of: "rate-limiter-flexible",
    bar: { atMost: 0.36 },
  },
  {
    id: "T13",
    what: "Redis CPU of a decision",
    load: "50 callers",
    figure: "redisMicros",
    name: "ours",
    of: "upstash",
    bar: { atMost: 0.32 },
  },
];

function barsOf(
  figureOf: (load: Load, name: Name, figure: keyof LoopFigures) => number,
): readonly Measured[] {
  return COMPARED.map(({ id, what, bar, load, figure, name, of }) => ({
    id,
    what: `${what}, ${name} ÷ ${of}`,
    bar,
    value: figureOf(load, name, figure) / figureOf(load, of, figure),
  }));
}
