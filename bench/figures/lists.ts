import { costOf, type Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { median } from "../load/quantile.ts";
import { startGateway } from "../machine/gateway.ts";

const CALLERS = 16;

/** `tools/list` of three servers of twenty tools. */
export async function measureLists(bench: Bench): Promise<readonly Figure[]> {
  const own = bench.ownGateway ? await startGateway(bench.backends.urls) : undefined;
  const cpu: Record<string, number | undefined> = {};
  const requests: Record<string, number> = {};
  const tools: Record<string, number> = {};
  try {
    for (const target of [...(own === undefined ? [] : [own]), ...bench.peers]) {
      tools[target.name] = (
        await bench.load.run("findTool", { url: target.url, suffix: "echo" })
      ).tools;
      const ask = { url: target.url, request: "list", tool: "", callers: CALLERS } as const;
      await bench.load.run("loop", { ...ask, durationMs: bench.scale.warmUpMs });
      const turns = [];
      for (let round = 0; round < bench.scale.rounds; round++) {
        turns.push(
          await costOf(bench.backends, target, async () =>
            bench.load.run("loop", { ...ask, durationMs: bench.scale.windowMs }),
          ),
        );
      }
      cpu[target.name] = median(turns.map(({ cpuMicros, result }) => cpuMicros / result.requests));
      requests[target.name] = median(
        turns.map(({ backendRequests, result }) => backendRequests / result.requests),
      );
    }
  } finally {
    await bench.load.run("hangUp", {});
    await own?.stop();
  }
  return [
    { name: "tools/list: tools on the first page", unit: "", values: tools },
    { name: `tools/list: CPU, ${CALLERS} callers`, unit: "µs", values: cpu, bar: { atMost: 100 } },
    { name: "tools/list: backend requests", unit: "", values: requests, bar: { atMost: 0.005 } },
  ];
}
