import { costOf, type Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { startGateway } from "../machine/gateway.ts";
import type { Target } from "../machine/target.ts";
import { figuresOfCalls, type Measured, type Turn } from "./call-figures.ts";

const CALLERS = [1, 16, 64] as const;

/** `tools/call`, directly and through each gateway in turn. */
export async function measureCalls(bench: Bench): Promise<readonly Figure[]> {
  const own = bench.ownGateway ? await startGateway(bench.backends.urls) : undefined;
  const direct = { name: "direct", url: bench.backends.urls[0] ?? "", pid: undefined };
  const targets = [direct, ...(own === undefined ? [] : [own]), ...bench.peers];
  const figures: Figure[] = [];
  try {
    const tools = await toolsOf(bench, targets);
    for (const callers of CALLERS)
      figures.push(...figuresOfCalls(callers, await inTurns(bench, tools, callers)));
  } finally {
    await bench.load.run("hangUp", {});
    await own?.stop();
  }
  return figures;
}

async function toolsOf(
  bench: Bench,
  targets: readonly Target[],
): Promise<ReadonlyMap<Target, string>> {
  const tools = new Map<Target, string>();
  for (const target of targets) {
    tools.set(target, (await bench.load.run("findTool", { url: target.url, suffix: "echo" })).tool);
  }
  return tools;
}

async function inTurns(
  bench: Bench,
  tools: ReadonlyMap<Target, string>,
  callers: number,
): Promise<readonly Measured[]> {
  const { rounds, windowMs, warmUpMs } = bench.scale;
  const measured = [...tools].map(([target, tool]) => ({
    target,
    ask: { url: target.url, request: "call", tool, callers } as const,
    turns: [] as Turn[],
  }));
  for (const { ask } of measured) await bench.load.run("loop", { ...ask, durationMs: warmUpMs });
  for (let round = 0; round < rounds; round++) {
    for (const { target, ask, turns } of measured) {
      turns.push(
        await costOf(bench.backends, target, async () =>
          bench.load.run("loop", { ...ask, durationMs: windowMs }),
        ),
      );
    }
  }
  return measured;
}
