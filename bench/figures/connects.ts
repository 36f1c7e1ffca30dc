import { costOf, type Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { median } from "../load/quantile.ts";
import { startBackends, type Backends } from "../machine/backends.ts";
import { startGateway } from "../machine/gateway.ts";
import type { Target } from "../machine/target.ts";

interface Arrangement {
  readonly servers: number;
  readonly target: Target;
  readonly backends: Backends;
  readonly stop: () => Promise<void>;
}

interface Connects {
  readonly cpuMicros: number;
  readonly p50Micros: number;
  readonly backendRequests: number;
}

/** Connecting (initialize, initialized, tools/list) to one, three and ten servers with sixty tools in all. */
export async function measureConnects(bench: Bench): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  const cpu = new Map<number, number>();
  for (const servers of [1, 3, 10]) {
    const cost = new Map<string, Connects>();
    for (const arrangement of await arrange(bench, servers)) {
      try {
        cost.set(arrangement.target.name, await connectsTo(bench, arrangement));
      } finally {
        await arrangement.stop();
      }
    }
    cpu.set(servers, cost.get("gateway")?.cpuMicros ?? Number.NaN);
    figures.push(...figuresOf(servers, cost));
  }
  const ratio = (cpu.get(10) ?? Number.NaN) / (cpu.get(1) ?? Number.NaN);
  return [
    ...figures,
    {
      name: "connect: CPU, 10 backends ÷ 1",
      unit: "×",
      values: { gateway: ratio },
      bar: { atMost: 1.2 },
    },
  ];
}

// Only the number of servers differs between the three, not the length of the list.
async function arrange(bench: Bench, servers: number): Promise<readonly Arrangement[]> {
  const peers = bench.peers.map((target) => ({
    servers,
    target,
    backends: bench.backends,
    stop: leftAlone,
  }));
  if (!bench.ownGateway) return servers === 3 ? peers : [];
  const backends =
    servers === 3
      ? bench.backends
      : await startBackends({
          servers,
          tools: 60 / servers,
          sessions: false,
          firstPort: undefined,
        });
  const target = await startGateway(backends.urls);
  const stop = async (): Promise<void> => {
    await target.stop();
    if (backends !== bench.backends) await backends.stop();
  };
  return [{ servers, target, backends, stop }, ...(servers === 3 ? peers : [])];
}

async function leftAlone(): Promise<void> {}

async function connectsTo(bench: Bench, { target, backends }: Arrangement): Promise<Connects> {
  const count = bench.scale.connects;
  const turns = [];
  // The first turn warms up.
  for (let round = 0; round <= bench.scale.rounds; round++) {
    turns.push(
      await costOf(backends, target, async () =>
        bench.load.run("connects", { url: target.url, count }),
      ),
    );
    await bench.load.run("disperse", {});
  }
  const warm = turns.slice(1);
  return {
    cpuMicros: median(warm.map(({ cpuMicros }) => cpuMicros / count)),
    p50Micros: median(warm.map(({ result }) => result.p50Micros)),
    backendRequests: median(warm.map(({ backendRequests }) => backendRequests / count)),
  };
}

function figuresOf(servers: number, cost: ReadonlyMap<string, Connects>): readonly Figure[] {
  const label = servers === 1 ? "1 backend" : `${servers} backends`;
  const each = (of: (connects: Connects) => number): Figure["values"] =>
    Object.fromEntries([...cost].map(([name, connects]) => [name, of(connects)]));
  const main = servers === 3;
  return [
    {
      name: `connect: CPU, ${label}`,
      unit: "µs",
      values: each(({ cpuMicros }) => cpuMicros),
      bar: main ? { atMost: 1200 } : undefined,
    },
    {
      name: `connect: p50, 8 at a time, ${label}`,
      unit: "ms",
      values: each(({ p50Micros }) => p50Micros / 1000),
    },
    {
      name: `connect: backend requests, ${label}`,
      unit: "",
      values: each(({ backendRequests }) => backendRequests),
      bar: { atMost: 0.01 },
    },
  ];
}
